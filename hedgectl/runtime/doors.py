"""The doors of a live run: its control socket, and the box on loopback for other commands. Never in virtual time."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from hedgectl.config.private import write_private
from hedgectl.runtime.clock import Clock
from hedgectl.runtime.control import Control
from hedgectl.runtime.intaking import Desk
from hedgectl.runtime.killing import KillSwitch
from hedgectl.runtime.reconciling import Reconciler
from hedgectl.runtime.served import SIM_FILE
from hedgectl.store.lock import runtime_folder

if TYPE_CHECKING:
    from hedgectl.sim.box import Box
    from hedgectl.sim.server import ServedBox


async def open_doors(
    state_dir: Path,
    folder: Path,
    desk: Desk,
    reconciler: Reconciler,
    switch: KillSwitch,
    box: Box | None,
    clock: Clock,
) -> Callable[[], Awaitable[None]]:
    """Listen, and return how to stop listening. Raises ControlBusy when another run listens on this state folder."""
    handlers = {
        "submit": desk.submit,
        "stop": desk.stop,
        "status": desk.status,
        "reconcile": reconciler.reconcile,
        "kill": switch.kill,
        "rearm": switch.rearm,
    }
    control = Control(state_dir, runtime_folder(state_dir), handlers)
    await control.open()
    served = await _serve(box, state_dir, folder, clock) if box is not None else None

    async def close() -> None:
        await control.close()
        if served is not None:
            (state_dir / SIM_FILE).unlink(missing_ok=True)
            await served.close()

    return close


async def _serve(box: Box, state_dir: Path, folder: Path, clock: Clock) -> ServedBox:
    from hedgectl.sim.server import serve

    served = await serve(box, port=0, now_ms=clock.wall_ms)
    path = state_dir / SIM_FILE
    fresh = path.with_suffix(".json.new")
    write_private(fresh, orjson.dumps({"url": served.url, "folder": str(folder), "pid": os.getpid()}))
    fresh.replace(path)
    return served
