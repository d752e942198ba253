"""Staff: who works here, as what; new accounts, and roles that end."""

import secrets
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhiyin.domain.brands import operations as brands
from zhiyin.domain.brands import queries
from zhiyin.domain.brands.types import AccountTaken, LastAdmin, Role, StaffCard, StaffNotFound
from zhiyin.interfaces.console.access import (
    ConsoleRequest,
    console_page,
    reaching_console_page,
)
from zhiyin.interfaces.console.accounts import add_account, authenticator_link, new_account
from zhiyin.interfaces.console.forms import AccountForm
from zhiyin.interfaces.console.showing import IdMalformed, offer_undo, searched, shown
from zhiyin.interfaces.naming import name_in
from zhiyin.kit.numbers import whole
from zhiyin.storage.tenancy import brand_tx

PASSWORD_BYTES = 12
STORES_LISTED = 1_000
LAST_USER = 2**31 - 1


@require_GET
@console_page
def staff(request: ConsoleRequest) -> HttpResponse:
    """Everybody who holds a role, by name."""
    search = searched(request)
    everybody = queries.staff(brand_id=request.operator.brand.id)
    words = role_words()
    rows = [
        {"card": card, "role": words[card.role], "is_me": card.user_id == request.operator.user_id}
        for card in everybody
        if search.casefold() in card.user_name.casefold()
    ]
    context = {"rows": rows, "search": search, "total": len(everybody)}
    return shown(request, "console/staff.html", "staff", context)


@never_cache
@sensitive_variables("password", "secret")
@require_http_methods(["GET", "POST"])
@console_page
def add(request: ConsoleRequest) -> HttpResponse:
    """Make an account; its first password and the secret of its second factor are shown once."""
    form = _account_form(request)
    if request.method == "POST" and form.is_valid():
        name, password = form.cleaned_data["name"], secrets.token_urlsafe(PASSWORD_BYTES)
        try:
            user_id, secret = new_account(name=name, password=password)
        except AccountTaken:
            form.add_error("name", _("Somebody signs in by this name. Choose another."))
        else:
            _grant(request, user_id, form.cleaned_data["role"], form.cleaned_data["store"])
            return _made(request, name, password, secret)
    status = 422 if form.errors else 200
    return shown(request, "console/staff_add.html", "staff", {"form": form}, status=status)


@require_POST
@console_page
def grant(request: ConsoleRequest) -> HttpResponse:
    """Give somebody who works here, or did, another role."""
    asked = request.POST.get("user", "")
    user_id = whole(asked, most=LAST_USER)
    known = {card.user_id for card in queries.staff_ever(brand_id=_brand(request))}
    if user_id is None or user_id not in known:
        raise StaffNotFound(user_id=asked[:20])
    if request.POST.get("role") not in set(Role):
        raise IdMalformed(name="role")
    _grant(request, user_id, request.POST["role"], request.POST.get("store", ""))
    messages.info(request, _("The role is granted."))
    return redirect("console:staff", slug=request.brand.slug)


@require_http_methods(["GET", "POST"])
@console_page
def end(request: ConsoleRequest, role_id: UUID) -> HttpResponse:
    """First what follows, then end a role. The last admin's stays."""
    card = next((one for one in queries.staff(brand_id=_brand(request)) if one.id == role_id), None)
    if card is None:
        raise StaffNotFound(role_id=role_id)
    role = role_words()[card.role]
    here = reverse("console:staff", kwargs={"slug": request.brand.slug})
    if request.method == "GET":
        context = {
            "title": _("End the role of %(name)s?") % {"name": card.user_name},
            "consequence": _("She is %(role)s no more, from her next click on. The account stays.")
            % {"role": role},
            "lines": [" · ".join(filter(None, (card.user_name, role, card.store_name)))],
            "action": request.path,
            "button": _("End the role"),
            "back": here,
        }
        return shown(request, "console/preview.html", "staff", context)
    try:
        brands.end_role(brand_id=_brand(request), role_id=role_id, now=request.now)
    except LastAdmin:
        messages.error(request, _("A brand keeps one admin. Make somebody else admin first."))
    else:
        _offer_grant(request, card, role)
    return redirect(here)


@never_cache
@sensitive_variables("password", "secret")
@require_POST
@reaching_console_page
def renew(request: ConsoleRequest, user_id: int) -> HttpResponse:
    """A new password and a new second factor for somebody who lost hers.

    Not for an account that another brand trusts as well, or did: that brand's admin has not
    agreed, and may make her staff again.
    """
    with brand_tx(_brand(request)):
        card = next(
            (one for one in queries.staff(brand_id=_brand(request)) if one.user_id == user_id),
            None,
        )
    if card is None:
        raise StaffNotFound(user_id=user_id)
    for brand in queries.open_brands():
        if brand.id == _brand(request):
            continue
        with brand_tx(brand.id):
            is_known_elsewhere = queries.has_worked(brand_id=brand.id, user_id=user_id)
        if is_known_elsewhere:
            messages.error(
                request,
                _("This account is or was used elsewhere; only whoever runs the server renews it."),
            )
            return redirect("console:staff", slug=request.brand.slug)
    with brand_tx(_brand(request)):
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        _user_id, secret = add_account(name=card.user_name, password=password)
        return _made(request, card.user_name, password, secret)


def role_words() -> dict[Role, str]:
    """What each role is called."""
    return {
        Role.ADMIN: _("admin"),
        Role.OPERATOR: _("operator"),
        Role.MODERATOR: _("moderator"),
        Role.MANAGER: _("store manager"),
        Role.CLERK: _("clerk"),
        Role.AUDITOR: _("auditor"),
    }


def _made(request: ConsoleRequest, name: str, password: str, secret: str) -> HttpResponse:
    link, picture = authenticator_link(name, secret)
    context = {
        "name": name,
        "password": password,
        "secret": secret,
        "link": link,
        "picture": picture,
    }
    return shown(request, "console/staff_made.html", "staff", context)


def _account_form(request: ConsoleRequest) -> AccountForm:
    found = queries.stores(brand_id=_brand(request), closed=False, limit=STORES_LISTED)
    stores = [(str(one.id), f"{one.code} {name_in(request.language, one)}") for one in found.stores]
    return AccountForm(
        request.POST or None,
        roles=[(role.value, words) for role, words in role_words().items()][::-1],
        stores=[("", _("All stores")), *stores],
    )


def _grant(request: ConsoleRequest, user_id: int, role: str, store: str) -> None:
    try:
        store_id = UUID(store) if store else None
    except ValueError:
        raise IdMalformed(name="store") from None
    brands.grant_role(
        brand_id=_brand(request),
        user_id=user_id,
        role=Role(role),
        store_id=store_id,
        now=request.now,
    )


def _offer_grant(request: ConsoleRequest, card: StaffCard, role: str) -> None:
    offer_undo(
        request,
        words=_("%(name)s is %(role)s no more.") % {"name": card.user_name, "role": role},
        action=reverse("console:staff-grant", kwargs={"slug": request.brand.slug}),
        fields={
            "user": [str(card.user_id)],
            "role": [card.role.value],
            "store": [str(card.store_id or "")],
        },
    )


def _brand(request: ConsoleRequest) -> UUID:
    return request.operator.brand.id
