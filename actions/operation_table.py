"""Every operation that the chat can carry out, by its kind."""

from __future__ import annotations

from actions.operation_accounts import ACCOUNT_RECIPES
from actions.operation_cards import CARD_RECIPES
from actions.operation_money import MONEY_RECIPES
from actions.operation_recipe import Recipe
from actions.operation_regular import REGULAR_RECIPES

_ALL = (*CARD_RECIPES, *ACCOUNT_RECIPES, *MONEY_RECIPES, *REGULAR_RECIPES)
RECIPES: dict[str, Recipe] = {recipe.kind: recipe for recipe in _ALL}
