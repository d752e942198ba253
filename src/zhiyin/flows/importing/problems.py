"""What can be wrong with a row: stable codes, and the sentence that says what to do about it."""

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
    "attribute_unknown": (
        "商品属性里没有这个值，请改用参考页列出的值。",
        "The vocabulary has no such attribute value. Use one that the reference lists.",
    ),
    "buyer_erased": (
        "这笔购买的会员已要求删除，请不要再导入她的话。",
        "The buyer of this purchase asked to be deleted. Leave her words out.",
    ),
    "consent_needed": (
        "体型信息需要单独同意：请在映射的 consent 里写明；已撤回同意的人不能带体型导入。",
        "Body facts need a consent: state it in the mapping. One that was taken back stays so.",
    ),
    "date_in_future": (
        "日期在将来，请检查日期格式（日与月是否颠倒）。",
        "The date lies in the future. Check the date format (day and month swapped?).",
    ),
    "date_malformed": (
        "日期无法识别，请在映射里写明格式，例如 %Y/%m/%d。",
        "Not a date. State its format in the mapping, such as %d/%m/%Y.",
    ),
    "fact_implausible": (
        "没有人是这个尺寸，请检查映射里的单位。",
        "No person has this measure. Check the unit in the mapping.",
    ),
    "member_not_found": (
        "没有这个会员，请先导入会员文件。",
        "No member has this id. Import the members first.",
    ),
    "number_malformed": (
        "不是一个数，请只写数字，单位写在映射里。",
        "Not a number. Write digits only, and the unit in the mapping.",
    ),
    "number_out_of_range": (
        "数字超出范围，请检查单位或量表。",
        "The number is out of range. Check the unit or the scale.",
    ),
    "phone_conflict": (
        "该行已导入，但这个手机号属于另一位会员；若是同一人，请用 zhiyin members merge 合并。",
        "The row loaded, but its phone is another member's. One person? `zhiyin members merge`.",
    ),
    "phone_invalid": (
        "手机号应为 1 开头的 11 位数字。",
        "A phone has 11 digits and begins with 1.",
    ),
    "product_not_found": (
        "没有这个商品编号，请先导入商品文件。",
        "No product has this code. Import the products first.",
    ),
    "purchase_not_found": (
        "没有这个购买编号，请先导入购买文件。",
        "No purchase has this number. Import the purchases first.",
    ),
    "purchase_of_another": (
        "这笔购买属于另一位会员或另一件商品。",
        "This purchase is another member's, or of another product.",
    ),
    "rights_needed": (
        "要公开购买者的评价，须在映射里写明已获授权（rights_granted），或不公开。",
        "To publish a buyer's words, state in the mapping that she granted it (rights_granted).",
    ),
    "row_broken": (
        "这一行的引号没有配对，请补上引号。",
        "A quotation mark in this row is not closed. Close it.",
    ),
    "row_conflicts": (
        "这一行与已有数据冲突（例如同款同色同码的另一个 SKU）。",
        "The row conflicts with another one, such as a second SKU of one colour and size.",
    ),
    "row_long": (
        "这一行的列数比表头多，请检查分隔符与引号。",
        "The row has more cells than the header. Check delimiters and quotation marks.",
    ),
    "row_malformed": (
        "这一行不是一个 JSON 对象。",
        "The line is not one JSON object.",
    ),
    "row_short": (
        "这一行的列数比表头少，文件可能不完整。",
        "The row has fewer cells than the header. The file may be cut off.",
    ),
    "row_too_large": (
        "这一行解开后超过 64 KB，请缩短其中的文字。",
        "The row unpacks to more than 64 KB. Shorten its texts.",
    ),
    "sku_not_found": (
        "没有这个 SKU，请先导入商品文件。",
        "No SKU has this code. Import the products first.",
    ),
    "stock_below_held": (
        "有订单占用着更多的货，请先取消那些订单，或按实际数量填写。",
        "Orders hold more pieces than the row says lie there. Cancel those, or count them in.",
    ),
    "text_has_nul": (
        "文字里有空字符，请重新导出文件。",
        "The text holds a NUL character. Export the file anew.",
    ),
    "text_too_long": (
        "文字太长，请缩短。",
        "The text is too long. Shorten it.",
    ),
    "value_missing": (
        "缺少必填的值。",
        "A value that is needed is missing.",
    ),
    "value_unknown": (
        "没有这个选项，请在映射的 values 里写明它对应哪个值。",
        "No such value. Say in the mapping's `values` which one it stands for.",
    ),
}
"""Code -> what to do, in zh-Hans and English. No sentence repeats a cell: it may be personal."""

OTHER = (
    "这一行无法导入，请按代码查阅参考页。",
    "The row was refused. Look its code up in the reference.",
)


def sentence(code: str, language: str) -> str:
    """What to do about a row, in the language asked for ("en..." is English)."""
    return SENTENCES.get(code, OTHER)[language.startswith("en")]
