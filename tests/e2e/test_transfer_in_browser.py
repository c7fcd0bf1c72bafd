"""A customer logs in with a real browser, sends money and sees the new balance."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.shadowroot import ShadowRoot
from selenium.webdriver.support.ui import WebDriverWait

# `SCREENSHOT=docs/images/chat.png make test` renews the README's picture.
SCREENSHOT = os.environ.get("SCREENSHOT")
AMOUNT = Decimal("12.35")
DRIVER = "/usr/bin/chromedriver"
# --disable-dev-shm-usage: a container's /dev/shm is often too small for a browser.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1280,960",
)
PATIENCE_S = 60


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    """A fresh Chromium that keeps its console's errors."""
    chromium = shutil.which("chromium")
    if chromium is None or shutil.which(DRIVER) is None:
        pytest.skip("skipped: no chromium here")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={tmp_path / 'profile'}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield driver
    driver.quit()


class ChatPage:
    """The demo page as its user sees it; the chat itself lives in deep-chat's shadow root."""

    def __init__(self, browser: webdriver.Chrome) -> None:
        self.browser = browser
        self.wait = WebDriverWait(browser, PATIENCE_S)

    def log_in(self, url: str, user: str, password: str) -> None:
        self.browser.get(url)
        self.browser.find_element(By.ID, "login-user").send_keys(user)
        self.browser.find_element(By.ID, "login-password").send_keys(password)
        self.browser.find_element(By.ID, "login-submit").click()
        self.wait.until(lambda _: self._has_input(), "the chat did not open")

    def say(self, text: str) -> str:
        """Type a message; the assistant's answer, its bubbles joined by newlines."""
        said_before = len(self._bubbles("user"))
        field = self._root().find_element(By.CSS_SELECTOR, "#text-input")
        field.send_keys(text)
        field.send_keys(Keys.ENTER)
        return self._answer(said_before)

    def press(self, title: str) -> str:
        """Click the button whose title matches the pattern; the assistant's answer."""
        said_before = len(self._bubbles("user"))
        buttons = self._root().find_elements(By.CSS_SELECTOR, "button.choice.button")
        fitting = [button for button in buttons if re.search(title, button.text, re.IGNORECASE)]
        assert fitting, f"no button like {title!r} among {[button.text for button in buttons]}"
        fitting[0].click()
        return self._answer(said_before)

    def codes(self) -> list[str]:
        """The codes in the inbox, newest first, once it has been fetched."""
        self.wait.until(lambda _: self._inbox_is_fetched(), "the inbox did not come")
        shown = self.browser.find_elements(By.CSS_SELECTOR, "#inbox [data-code]")
        return [code.get_attribute("data-code") or "" for code in shown]

    def new_code(self, known: list[str]) -> str:
        """The code of this transfer, soon in the inbox; other tests have codes of their own."""
        fitting = f"//*[@id='inbox']//li[contains(., '£{AMOUNT}')]//*[@data-code]"
        self.wait.until(lambda _: self.browser.find_elements(By.XPATH, fitting), "no new code came to the inbox")
        return self.browser.find_element(By.XPATH, fitting).get_attribute("data-code") or ""

    def _inbox_is_fetched(self) -> bool:
        entries = self.browser.find_elements(By.CSS_SELECTOR, "#inbox li")
        return bool(entries or self.browser.find_element(By.ID, "inbox-status").text)

    def _root(self) -> ShadowRoot:
        return self.browser.find_element(By.CSS_SELECTOR, "#chat deep-chat").shadow_root

    def _has_input(self) -> bool:
        if not self.browser.find_elements(By.CSS_SELECTOR, "#chat deep-chat"):
            return False
        return bool(self._root().find_elements(By.CSS_SELECTOR, "#text-input[aria-multiline]"))

    def _bubbles(self, role: str) -> list[str]:
        selector = f".deep-chat-outer-container-role-{role} .message-bubble.text-message"
        return [bubble.text for bubble in self._root().find_elements(By.CSS_SELECTOR, selector)]

    def _answer(self, said_before: int) -> str:
        """Wait until the message stands in the chat and the assistant has stopped typing after it."""
        self.wait.until(lambda _: len(self._bubbles("user")) > said_before, "the message was not sent")
        self.wait.until(lambda _: not self._is_typing(), "no answer came")
        errors = self._root().find_elements(By.CSS_SELECTOR, ".error-message-text")
        assert not errors, [error.text for error in errors]
        return self._texts_after_last_user_bubble()

    def _is_typing(self) -> bool:
        return bool(self._root().find_elements(By.CSS_SELECTOR, ".deep-chat-loading-message-bubble"))

    def _texts_after_last_user_bubble(self) -> str:
        answer: list[str] = []
        for bubble in self._root().find_elements(By.CSS_SELECTOR, ".message-bubble.text-message"):
            if "user-message" in (bubble.get_attribute("class") or "").split():
                answer = []
            else:
                answer.append(bubble.text)
        return "\n".join(answer)


def pounds(text: str) -> Decimal:
    """The first amount in pounds that a text names."""
    found = re.search(r"£\s?(\d[\d,]*(?:\.\d{2})?)", text)
    assert found, f"no amount in pounds in {text!r}"
    return Decimal(found[1].replace(",", ""))


def test_customer_sends_money_and_sees_the_new_balance(
    browser: webdriver.Chrome, server_url: str, logins: dict[str, dict[str, str]]
) -> None:
    page = ChatPage(browser)
    page.log_in(server_url, "alex", logins["alex"]["password"])
    before = pounds(page.say("What is my GBP account balance?"))
    known = page.codes()

    summary = page.say(f"Send £{AMOUNT} to Maya")
    if "£" not in summary:
        summary = page.say("from my GBP account")
    assert "Maya" in summary
    assert f"£{AMOUNT}" in summary
    page.press(r"^(yes|confirm|send)")
    code = page.new_code(known)
    assert re.fullmatch(r"\d{6}", code)
    done = page.say(code)
    assert "Maya" in done
    assert f"£{AMOUNT}" in done

    after = pounds(page.say("What is my GBP account balance?"))
    if SCREENSHOT:
        browser.save_screenshot(SCREENSHOT)
    assert before - after == AMOUNT

    broken_policy = [entry["message"] for entry in browser.get_log("browser") if "Content Security" in entry["message"]]
    assert not broken_policy
    browser.find_element(By.ID, "logout").click()
    page.wait.until(lambda _: browser.find_element(By.ID, "login-user").is_displayed(), "the log-out did not end")
    assert browser.execute_script("return sessionStorage.length") == 0
