"""Devices: signing out a lost one, and sending a passcode reset to a trusted one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from actions.bank.errors import NotFound, StepUpUnavailable
from actions.bank.model.customers import Device, PasscodeReset
from actions.bank.repository import audit, devices, policies
from actions.bank.use_cases.base import Messenger, Service


@dataclass(frozen=True, slots=True)
class Devices(Service):
    messenger: Messenger | None

    async def list(self, customer_id: str) -> Sequence[Device]:
        """Devices that are signed in, the one seen last first."""
        async with self.pool.connection() as connection:
            return await devices.of_customer(connection, customer_id)

    async def revoke(self, customer_id: str, device_id: str) -> tuple[Device, datetime]:
        """Sign a device out, end its sessions and remove its wallet cards; cards of plastic keep working.

        Raises NotFound for a device that is not the customer's, or is signed out already.
        """
        now = self.clock()
        async with self.pool.connection() as connection:
            held = await devices.of_customer(connection, customer_id, lock=True)
            lost = next((device for device in held if device.id == device_id), None)
            if lost is None:
                raise NotFound("device")
            await devices.revoke(connection, device_id, now)
            target = audit.named(connection, "device", device_id)
            await audit.tell(connection, "profile_change", customer_id, {"detail": "device", "target": target})
        return lost, now

    async def start_passcode_reset(self, customer_id: str) -> PasscodeReset:
        """Send a reset to the trusted device seen last; the old passcode counts until its check is passed.

        Raises NotFound where no trusted device is left, StepUpUnavailable where nothing can be sent.
        """
        if self.messenger is None:
            raise StepUpUnavailable()
        now = self.clock()
        async with self.pool.connection() as connection:
            trusted = [one for one in await devices.of_customer(connection, customer_id) if one.trusted]
            if not trusted:
                raise NotFound("device")
            minutes = int(await policies.text(connection, "passcode_reset_minutes"))
            check = await policies.text(connection, "passcode_reset_check")
            notice = await policies.text(connection, "passcode_reset_notice")
            until = now + timedelta(minutes=minutes)
            await devices.start_reset(connection, customer_id, now, until)
            await audit.tell(connection, "profile_change", customer_id, {"detail": "passcode"})
            locked_at = await devices.locked_at(connection, customer_id)
        await self.messenger.push(customer_id, "push", notice.format(device=trusted[0].name), ttl_s=minutes * 60)
        return PasscodeReset(trusted[0], check, until, locked_at)
