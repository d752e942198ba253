"""The shopper's addresses, below /s/<brand>/."""

from django.urls import include, path

from zhiyin.interfaces.shop import (
    asking,
    boards,
    browsing,
    buying,
    care_urls,
    cart,
    checkout,
    coupons,
    deciding,
    earning,
    groups,
    joining,
    koc_applying,
    koc_desk,
    me,
    ordering,
    persons,
    reporting,
    sandbox_paying,
    slots,
    stating,
    told,
    voting,
    wechat,
)

app_name = "shop"

NEED = "needs/<uuid:need_id>/"
QUESTION = "messages/<uuid:question_id>/"
KOC = "kocs/<uuid:koc_id>/"
BOARD = "boards/<uuid:board_id>/"
PICK = f"{NEED}picks/<uuid:decision_id>/<int:rank>/"
GROUP = "groups/<uuid:group_id>/"
ORDER = "orders/<uuid:order_id>/"
INBOX = "koc/questions/<uuid:question_id>/"

pages = [
    path("", deciding.home, name="decide"),
    path(NEED, deciding.need, name="need"),
    path(f"{NEED}chips/", deciding.change_chip, name="chips"),
    path(f"{NEED}picks/", deciding.picks, name="picks"),
    path(PICK, deciding.pick, name="pick"),
    path(f"{PICK}parts/", buying.pick_parts, name="pick-parts"),
    path(f"{PICK}buy/", buying.buy_pick, name="pick-buy"),
    path(f"{NEED}verdict/", deciding.verdict, name="verdict"),
    path("browse/", browsing.browse, name="browse"),
    path("products/<uuid:product_id>/", browsing.product, name="product"),
    path("products/<uuid:product_id>/buy/", buying.buy_product, name="product-buy"),
    path(GROUP, groups.group, name="group"),
    path(f"{GROUP}join/", groups.join, name="group-join"),
    path("cart/", cart.cart, name="cart"),
    path("cart/put-back/", cart.put_back, name="cart-put-back"),
    path("cart/<uuid:item_id>/", cart.change, name="cart-change"),
    path("cart/<uuid:item_id>/take-out/", cart.take_out, name="cart-take-out"),
    path("products/<uuid:product_id>/shows/<uuid:show_id>/useful/", browsing.useful, name="useful"),
    path("boards/", boards.listed, name="boards"),
    path("boards/new/", boards.make, name="board-new"),
    path("boards/shared/<str:link>/", voting.shared, name="board-shared"),
    path(BOARD, boards.board, name="board"),
    path(f"{BOARD}decide/", boards.decide, name="board-decide"),
    path(f"{BOARD}close/", boards.close, name="board-close"),
    path(f"{BOARD}delete/", boards.delete, name="board-delete"),
    path(f"{BOARD}votes/<uuid:vote_id>/remove/", boards.remove_vote, name="board-vote-remove"),
    path("sign-in/", joining.sign_in, name="sign-in"),
    path("sign-out/", joining.sign_out, name="sign-out"),
    path("sandbox/", joining.sandbox, name="sandbox"),
    path("sandbox/pay/<str:payment_no>/", sandbox_paying.pay, name="sandbox-pay"),
    path("wechat/", wechat.leave, name="wechat"),
    path("wechat/back/", wechat.come_back, name="wechat-back"),
    path("form/", stating.form, name="form"),
    path("shows/<uuid:show_id>/photos/<str:ref>", koc_applying.photo, name="photo"),
]
hers = [
    path("me/", me.me, name="me"),
    path("me/facts/", stating.facts, name="facts"),
    path("me/facts/<slug:slot>/remove/", stating.remove_fact, name="fact-remove"),
    path(f"me/{NEED}keep/", stating.keep_facts, name="facts-keep"),
    path(f"me/{NEED}shelf/", me.shelve, name="shelve"),
    path("me/consent/", me.consent, name="consent"),
    path("me/personal/", me.personal, name="personal"),
    path("me/nickname/", me.nickname, name="nickname"),
    path("me/blocks/<uuid:block_id>/lift/", me.lift_block, name="block-lift"),
    path("me/download/", me.download, name="download"),
    path("me/delete/", me.delete, name="delete"),
    path("me/coupons/", coupons.mine, name="coupons"),
    path("coupons/<uuid:coupon_id>/claim/", coupons.claim, name="coupon-claim"),
    path("checkout/", checkout.checkout, name="checkout"),
    path("checkout/sum/", checkout.checkout_sum, name="checkout-sum"),
    path("checkout/slots/", slots.checkout_slots, name="checkout-slots"),
    path("orders/", ordering.orders, name="orders"),
    path(ORDER, ordering.order, name="order"),
    path(f"{ORDER}state/", ordering.order_state, name="order-state"),
    path(f"{ORDER}pay/", ordering.pay, name="order-pay"),
    path(f"{ORDER}cancel/", ordering.cancel, name="order-cancel"),
    path(f"{ORDER}leave-group/", groups.leave, name="order-leave-group"),
    path(f"{NEED}ask/<uuid:koc_id>/", asking.ask, name="ask"),
    path("messages/", asking.inbox, name="messages"),
    path("messages/seen/", told.all_seen, name="messages-seen"),
    path(QUESTION, asking.question, name="question"),
    path(f"{QUESTION}withdraw/", asking.withdraw, name="question-withdraw"),
    path(f"{QUESTION}block/", asking.block, name="question-block"),
    path("shows/<uuid:show_id>/report/", reporting.report_show, name="show-report"),
    path(f"{QUESTION}report/", asking.report, name="question-report"),
]
kocs = [
    path(KOC, persons.koc, name="koc"),
    path(f"{KOC}follow/", persons.follow, name="follow"),
    path(f"{KOC}block/", persons.block, name="koc-block"),
    path("koc/", koc_desk.home, name="koc-home"),
    path("koc/apply/", koc_applying.apply, name="koc-apply"),
    path(
        "koc/apply/<uuid:application_id>/take-back/",
        koc_applying.take_back,
        name="koc-apply-take-back",
    ),
    path("koc/shows/", koc_applying.shows, name="koc-shows"),
    path("koc/shows/<uuid:show_id>/take-down/", koc_applying.take_down, name="koc-show-take-down"),
    path("koc/page/", koc_desk.page, name="koc-page"),
    path("koc/facts/", koc_desk.refresh_facts, name="koc-facts"),
    path("koc/away/", koc_desk.away, name="koc-away"),
    path("koc/away/<uuid:away_id>/back/", koc_desk.come_back, name="koc-back"),
    path("koc/leave/", koc_desk.leave, name="koc-leave"),
    path("koc/earnings/", earning.earnings, name="earnings"),
    path("koc/goods/", koc_desk.goods, name="koc-goods"),
    path(INBOX, koc_desk.question, name="koc-question"),
    path(f"{INBOX}decline/", koc_desk.decline, name="koc-decline"),
]
urlpatterns = [path("s/<slug:slug>/", include([*pages, *hers, *kocs, *care_urls.pages]))]
