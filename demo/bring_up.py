"""Both servers of the demo, started together and ended together."""

from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp

from .alarm_home import alarm_helpers
from .api import HomeAssistant
from .dashboard import sending_helpers
from .gateway import Account, Gateway, start_gateway
from .home import RELEASE, Language, clear, prepare_home
from .household import PHONES
from .steps import Stage
from .story import MOTHER
from .terminal import progress

START_LIMIT = (
    240.0  # of the very first start, which also compiles all of Home Assistant
)
_STOP_LIMIT = 20.0
RESTART_ASKED_FOR = 100  # Home Assistant's exit code when its user chose "restart"


async def bring_up(
    stack: AsyncExitStack,
    folder: Path,
    *,
    language: Language,
    port: int,
    gateway_port: int,
    control_port: int,
    delivery_seconds: int,
) -> Stage:
    """Start both servers in an emptied folder, and have the stack end them; no account is set up yet."""
    clear(folder)
    account = Account(
        "demo-account",
        "demo-gateway-password",
        line="50004001234567",
        credit=1000,
        base_price=1730,
    )
    home = prepare_home(
        folder,
        port=port,
        language=language,
        helpers={
            **sending_helpers(language, action="notify.payamak", number=MOTHER),
            **alarm_helpers(language),
        },
    )
    session = await stack.enter_async_context(
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60), trust_env=False)
    )
    gateway = Gateway(session, gateway_port, control_port)
    home_assistant = HomeAssistant(session, home.url, home.token)

    progress("Starting the stand-in gateway ...")
    gateway_server = await start_gateway(
        folder,
        gateway_port,
        control_port,
        account,
        delivery_seconds=delivery_seconds,
    )
    stack.push_async_callback(gateway_server.stop, seconds=_STOP_LIMIT)
    progress(f"Starting Home Assistant {RELEASE} ...")
    home_server = await home.start()
    stage = Stage(
        home=home,
        home_server=home_server,
        gateway_server=gateway_server,
        home_assistant=home_assistant,
        gateway=gateway,
        account=account,
        language=language,
    )

    async def stop_home_assistant() -> None:
        # Another process by then, where it was restarted.
        await stage.home_server.stop(seconds=_STOP_LIMIT)

    stack.push_async_callback(stop_home_assistant)
    await gateway_server.until(gateway.is_running, seconds=30)
    for number, name in PHONES[language].items():
        await gateway.name_phone(number, name)
    seconds = await home_server.until(home_assistant.is_running, seconds=START_LIMIT)
    stage.start_seconds = seconds
    progress(f"Home Assistant is up after {seconds:.0f} s.")
    return stage


async def start_again(stage: Stage) -> None:
    """Start Home Assistant after it has ended; it isn't ready yet, but will be stopped in the end."""
    stage.home_server = await stage.home.start()
