"""Figures about cards and cash machines."""

from __future__ import annotations

from actions.bank import wording
from actions.bank.model.money import Money
from actions.bank.repository import policies
from actions.bank.rules import period_ends, period_starts
from actions.bank.use_cases.scene import NOT_OFFERED, Group, Scene


async def delivery(scene: Scene) -> dict[str, str]:
    country = await policies.country(scene.connection, scene.country)
    facts = {"delivery_country": country["name"] if country else scene.country}
    for method in ("standard", "express"):
        sql = "SELECT * FROM delivery_times WHERE country = %s AND method = %s"
        found = await scene.row(sql, scene.country, method)
        time = wording.working_days(found["min_days"], found["max_days"]) if found else NOT_OFFERED
        fee = wording.fee(found["fee_minor"], 0, found["currency"]) if found else NOT_OFFERED
        facts |= {f"delivery_{method}_time": time, f"delivery_{method}_fee": fee}
    sql = "SELECT DISTINCT name FROM countries JOIN delivery_times ON country = code WHERE card_delivery ORDER BY name"
    return facts | {"delivery_countries": wording.listing(await scene.column(sql))}


async def card_fees(scene: Scene) -> dict[str, str]:
    return {
        "card_first_fee": await scene.fee("card_first"),
        "card_extra_fee": await scene.fee("card_extra"),
        "card_replacement_fee": await scene.fee("card_replacement"),
        "card_virtual_fee": await scene.fee("card_virtual"),
        "card_disposable_fee": await scene.fee("card_disposable"),
    }


async def card_counts(scene: Scene) -> dict[str, str]:
    facts = {
        "physical_cards_max": await scene.limit("physical_cards", "total"),
        "virtual_cards_max": await scene.limit("virtual_cards", "total"),
        "additional_holder_rule": await scene.text("additional_holder"),
    }
    if scene.customer_id:
        sql = (
            "SELECT count(*) FROM cards WHERE customer_id = %s AND kind = %s AND status NOT IN ('cancelled', 'expired')"
        )
        for kind in ("physical", "virtual"):
            facts[f"my_{kind}_cards"] = (await scene.column(sql, scene.customer_id, kind))[0]
    return facts


async def disposable(scene: Scene) -> dict[str, str]:
    facts = {
        "disposable_cards_per_day": await scene.limit("disposable_cards", "day"),
        "disposable_payments_per_card": await scene.limit("disposable_payments", "card"),
        "disposable_amount_limit": await scene.limit("disposable_amount", "payment"),
        "disposable_excluded_uses": await scene.text("disposable_excluded_uses"),
        "disposable_plans": wording.listing(
            await scene.column("SELECT DISTINCT plan FROM limits WHERE code = 'disposable_cards' ORDER BY plan DESC")
        ),
    }
    if scene.customer_id:
        sql = """
            SELECT count(*) FROM cards WHERE customer_id = %s AND kind = 'disposable'
            AND created_at >= %s
        """
        today = period_starts(scene.now, scene.timezone)["day"]
        made = (await scene.column(sql, scene.customer_id, today))[0]
        allowed = facts["disposable_cards_per_day"]
        facts["my_disposable_cards_today"] = made
        facts["my_disposable_cards_left"] = str(max(int(allowed) - int(made), 0)) if allowed.isdigit() else "0"
    return facts


async def schemes(scene: Scene) -> dict[str, str]:
    facts = {"scheme_choice": await scene.text("scheme_choice")}
    for kind in ("physical", "virtual"):
        sql = "SELECT scheme FROM schemes WHERE country = %s AND card_kind = %s ORDER BY scheme"
        facts[f"scheme_{kind}"] = wording.listing(await scene.column(sql, scene.country, kind))
    if scene.customer_id:
        sql = """
            SELECT scheme || ' (' || kind || ', ending ' || last4 || ')' FROM cards
            WHERE customer_id = %s AND status NOT IN ('cancelled', 'expired') ORDER BY created_at
        """
        facts["my_cards"] = wording.listing(await scene.column(sql, scene.customer_id))
    return facts


async def acceptance(scene: Scene) -> dict[str, str]:
    sql = "SELECT name FROM countries WHERE NOT card_use ORDER BY name"
    places = "SELECT place FROM scheme_acceptance GROUP BY place ORDER BY place"
    facts = {
        "card_places": wording.listing(await scene.column(places)),
        "card_blocked_countries": wording.listing(await scene.column(sql)),
        "card_blocked_merchants": await scene.text("blocked_merchants"),
    }
    if scene.customer_id:
        sql = """
            SELECT concat_ws(' and ', CASE WHEN NOT abroad_on THEN 'use abroad' END,
                             CASE WHEN NOT online_on THEN 'online payments' END) || ' (card ending ' || last4 || ')'
            FROM cards WHERE customer_id = %s AND status = 'active' AND NOT (abroad_on AND online_on)
        """
        facts["my_switched_off"] = wording.listing(await scene.column(sql, scene.customer_id))
    return facts


async def cash_machines(scene: Scene) -> dict[str, str]:
    supported = "SELECT DISTINCT network FROM atm_networks WHERE supported = %s ORDER BY network"
    facts = {
        "atm_networks": wording.listing(await scene.column(supported, True)),
        "atm_excluded_networks": wording.listing(await scene.column(supported, False)),
        "atm_daily_limit": await scene.limit("atm", "day"),
        "atm_fee_above_allowance": await scene.fee("atm"),
        "atm_operator_surcharge": await scene.text("operator_surcharge"),
    }
    allowance = await scene.allowance("atm")
    facts["atm_free_allowance"] = f"{allowance} a month" if allowance else "unlimited"
    if scene.customer_id and allowance and allowance.currency == scene.currency:
        used = await scene.used("atm", "month")
        facts["my_atm_allowance_used"] = used.format()
        facts["my_atm_allowance_left"] = max(allowance - used, Money.zero(used.currency)).format()
        facts["my_atm_allowance_resets"] = f"{period_ends(scene.now, scene.timezone)['month']:%-d %B}"
    return facts


async def contactless(scene: Scene) -> dict[str, str]:
    return {
        "contactless_limit": await scene.limit("contactless", "payment"),
        "contactless_running_limit": await scene.limit("contactless", "running"),
    }


async def pin(scene: Scene) -> dict[str, str]:
    return {
        "pin_delivery": await scene.text("pin_delivery"),
        "pin_tries": await scene.text("pin_tries"),
        "pin_change_channels": await scene.text("pin_change_channels"),
    }


async def spending_limits(scene: Scene) -> dict[str, str]:
    return {
        "card_spend_limit": await scene.limit("card_spend", "day"),
        "card_online_limit": await scene.limit("card_online", "day"),
        "atm_daily_limit": await scene.limit("atm", "day"),
    }


async def renewal(scene: Scene) -> dict[str, str]:
    return {"card_renewal_window": wording.days(int(await scene.text("renewal_window_days")))}


async def frozen(scene: Scene) -> dict[str, str]:
    """Why a card can be frozen, in words, by the reason that the card carries."""
    sql = "SELECT key, value FROM policy_texts WHERE starts_with(key, 'frozen_') AND country = '--'"
    return {found["key"]: found["value"] for found in await scene.rows(sql)}


async def virtual(scene: Scene) -> dict[str, str]:
    return {"virtual_card_place": await scene.text("virtual_card_place")}


async def wallets(scene: Scene) -> dict[str, str]:
    sql = "SELECT wallet || ' (' || device || ')' FROM wallets WHERE country = %s AND {} ORDER BY wallet"
    facts = {
        "wallet_payments": wording.listing(await scene.column(sql.format("payments"), scene.country)),
        "wallet_top_ups": wording.listing(await scene.column(sql.format("top_ups"), scene.country)),
    }
    if scene.customer_id:
        sql = """
            SELECT wallet || ' (card ending ' || last4 || ')' FROM wallet_tokens JOIN cards ON cards.id = card_id
            WHERE customer_id = %s AND wallet_tokens.status = 'active' ORDER BY wallet
        """
        facts["my_wallet_cards"] = wording.listing(await scene.column(sql, scene.customer_id))
    return facts


GROUPS: dict[str, tuple[Group, ...]] = {
    "card_arrival": (delivery,),
    "card_delivery_estimate": (delivery,),
    "order_physical_card": (delivery, card_fees, card_counts),
    "getting_spare_card": (delivery, card_fees, card_counts),
    "replace_card": (delivery, card_fees),
    "card_swallowed": (delivery, card_fees),
    "compromised_card": (delivery, card_fees),
    "lost_or_stolen_card": (delivery, card_fees),
    "card_linking": (card_fees, frozen),
    "unfreeze_card": (frozen,),
    "activate_my_card": (delivery,),
    "card_about_to_expire": (renewal, delivery),
    "getting_virtual_card": (card_fees, card_counts, virtual),
    "virtual_card_not_working": (disposable,),
    "disposable_card_limits": (disposable,),
    "get_disposable_virtual_card": (disposable, card_fees),
    "visa_or_mastercard": (schemes,),
    "card_acceptance": (acceptance, schemes),
    "card_not_working": (pin, contactless),
    "contactless_not_working": (contactless,),
    "atm_support": (cash_machines, schemes),
    "cash_withdrawal_charge": (cash_machines,),
    "declined_cash_withdrawal": (cash_machines, pin),
    "get_physical_card": (pin, delivery),
    "change_pin": (pin,),
    "pin_blocked": (pin,),
    "set_card_limit": (spending_limits,),
    "card_settings": (contactless,),
    "apple_pay_or_google_pay": (wallets,),
}
