"""Short histories, each aimed at one rule. The production code passes all of them; each seeded bug fails in its own."""

from .life import MINA, NEDA, OMID, SARA
from .world import World


def plain(world: World) -> None:
    """Send a message to two people."""
    world.send_sms(world.new_text(), (SARA, OMID))
    world.let_pass(5)


def outage(world: World) -> None:
    """Send into an outage, which ends."""
    _lose(world)
    world.send_sms(world.new_text(), (SARA, OMID))
    world.let_pass(2)
    world.gateway.weather.clear()
    world.let_pass(120)


def crash_before_the_answer(world: World) -> None:
    """Crash after the gateway took a message, and before its answer."""
    world.send_sms(world.new_text(), (SARA,))
    _work_until_taken(world)
    world.crash()
    world.boot()
    world.let_pass(120)


def lost_answer(world: World) -> None:
    """Lose the answer to a message that was taken."""
    world.gateway.weather.next_sends.append("reset_after")
    world.send_sms(world.new_text(), (SARA,))
    world.let_pass(120)


def missing_in_sent_box(world: World) -> None:
    """Lose an answer while the sent box misses the message."""
    world.gateway.boxes.misses_next = 1
    lost_answer(world)
    world.let_pass(900)


def restored_backup(world: World) -> None:
    """Put a backup back in which a message waits that was sent since."""
    _back_up_while_waiting(world)
    world.let_pass(60)
    _put_back(world)


def restored_backup_and_late_sent_box(world: World) -> None:
    """Put it back so soon that the sent box does not show the message yet."""
    world.gateway.boxes.sent_lags = 25.0
    _back_up_while_waiting(world)
    while not world.gateway.taken:
        world.let_pass(1)
    _put_back(world)


def power_cut_while_waiting(world: World) -> None:
    """Cut the power while a message waits."""
    _lose(world)
    world.send_sms(world.new_text(), (SARA,))
    world.let_pass(5)
    world.crash(power=True)
    world.gateway.weather.clear()
    world.boot()
    world.let_pass(120)


def long_outage(world: World) -> None:
    """Let an outage last longer than a message may wait."""
    _lose(world)
    world.send_sms(world.new_text(), (SARA,), retry_for=1)
    world.let_pass(200)
    world.gateway.weather.clear()
    world.let_pass(60)


def slow_write_at_the_last_moment(world: World) -> None:
    """Let a message wait behind the fence until just before it is too old, and the disk be slow then."""
    for tenths in range(200, 300, 10):
        _lose(world)
        world.send_sms(world.new_text(), (SARA,), retry_for=1)
        world.let_pass(tenths / 10)
        world.crash()
        world.gateway.weather.clear()
        world.boot()
        world.slow_down(2.5)
        world.let_pass(120)
        world.mend_disk()
        if world.oracle.violations:
            break


def wall_clock_jumps(world: World) -> None:
    """Set the clock a day ahead while a message waits."""
    _lose(world)
    world.send_sms(world.new_text(), (SARA,))
    world.let_pass(30)
    world.times.jump(90000.0)
    world.let_pass(120)


def wall_clock_set_while_nothing_waits(world: World) -> None:
    """Set the clock ahead, restart twice in an outage, and let the clock stand while the home is off."""
    _lose(world)
    world.times.jump(3700.0)
    world.stop()
    world.boot()
    world.send_sms(world.new_text(), (SARA,))
    world.let_pass(5)
    world.stop()
    world.times.stand()
    world.let_pass(4000)
    world.times.go_on()
    world.boot()


def crash_between_told_and_written(world: World) -> None:
    """Crash at the moment at which it is told that a message waited too long."""
    _lose(world)
    world.send_sms(world.new_text(), (SARA,), retry_for=1)
    world.let_pass(50)
    world.slow_down(2.0)
    for _ in range(200):
        if world.oracle.told:
            break
        world.let_pass(0.1)
    world.crash()
    world.mend_disk()
    world.boot()
    world.let_pass(200)


def limit_and_restart(world: World) -> None:
    """Use the limit up, and restart."""
    for _ in range(2):
        world.send_sms(world.new_text(), (SARA, OMID, MINA))
        world.let_pass(5)
    world.crash()
    world.boot()
    world.send_sms(world.new_text(), (SARA,))
    world.let_pass(5)


def second_message_in_a_hold(world: World) -> None:
    """Send a second message to somebody for whom one waits."""
    world.gateway.weather.next_sends.append("code_6")
    world.send_sms(world.new_text(), (SARA,))
    world.let_pass(5)
    world.send_sms(world.new_text(), (SARA,))
    world.let_pass(5)


def long_silence(world: World) -> None:
    """Let the gateway hang for long."""
    world.gateway.weather.lasting = "hangs_before"
    world.send_sms(world.new_text(), (SARA,), retry_for=45)
    world.let_pass(1200)
    world.gateway.weather.lasting = "refused"
    world.let_pass(600)


def long_update(world: World) -> None:
    """Let the gateway be updated for long."""
    world.gateway.weather.lasting = "code_6"
    world.send_sms(world.new_text(), (SARA,), retry_for=45)
    world.let_pass(1900)


def received_and_restart(world: World) -> None:
    """Crash after a received message was told."""
    world.let_pass(61)
    world.receive()
    world.let_pass(61)
    world.crash()
    world.boot()
    world.let_pass(61)


def received_while_off(world: World) -> None:
    """Receive a message while the home is off."""
    world.let_pass(61)
    world.crash()
    world.receive()
    world.let_pass(30)
    world.boot()
    world.let_pass(130)


def equal_text_after_restart(world: World) -> None:
    """Send an equal text after a restart."""
    text = world.new_text()
    world.send_sms(text, (SARA,))
    world.let_pass(5)
    world.crash()
    world.boot()
    world.send_sms(text, (SARA,))
    world.let_pass(5)


def equal_text_after_restart_and_urgent(world: World) -> None:
    """Send an equal text after a restart, and in the same moment as an urgent one."""
    text = world.new_text()
    world.send_sms(text, (SARA,))
    world.let_pass(5)
    world.crash()
    world.boot()
    world.send_sms(text, (SARA,))
    world.send_sms(text, (SARA,), urgent=True)
    world.let_pass(5)


def stop_between_calls(world: World) -> None:
    """Stop Home Assistant while a message is on its way to several, a call for each."""
    world.send_pattern("zqvq", (SARA, OMID, MINA, NEDA))
    _work_until_taken(world)
    world.stop()
    world.boot()
    world.let_pass(60)


def refused_login(world: World) -> None:
    """Let the gateway refuse the login."""
    world.gateway.weather.lasting = "code_0"
    world.send_sms(world.new_text(), (SARA,))
    world.let_pass(600)


def called_back(world: World) -> None:
    """Call back what waits."""
    _lose(world)
    world.send_sms(world.new_text(), (SARA,))
    world.let_pass(5)
    world.call_back()
    world.let_pass(1)
    world.gateway.weather.clear()
    world.let_pass(60)


def _lose(world: World) -> None:
    """Let the gateway refuse connections, and the home know it."""
    world.gateway.weather.lasting = "refused"


def _work_until_taken(world: World) -> None:
    for _ in range(2000):
        if world.gateway.taken:
            return
        if not world.step():
            world.let_timer_pass()


def _back_up_while_waiting(world: World) -> None:
    _lose(world)
    world.send_sms(world.new_text(), (SARA,), retry_for=45)
    world.let_pass(5)
    world.back_up()
    world.gateway.weather.clear()


def _put_back(world: World) -> None:
    world.crash()
    world.restore()
    world.boot()
    world.let_pass(120)


def quiet_hours_begin_during_a_write(world: World) -> None:
    """Let the quiet hours begin while it is written that a message leaves."""
    world.let_pass(298)
    world.slow_down(2.0)
    world.send_sms(world.new_text(), (SARA,))
    world.let_pass(10)
    world.mend_disk()


def hour_and_restart(world: World) -> None:
    """Send as many as may leave in an hour, and one more after a crash."""
    for _ in range(2):
        world.send_sms(world.new_text(), (SARA,))
        world.let_pass(5)
        world.crash()
        world.boot()
        world.let_pass(1)


def texts_of_one_hour(world: World) -> None:
    """Send a text three times, of which the hour lets one leave; the others leave as one right when it is over."""
    text = world.new_text()
    world.send_sms(text, (SARA,))
    world.let_pass(0.1)
    world.send_sms(text, (SARA,))
    world.let_pass(61)
    world.send_sms(text, (SARA,))
    world.let_pass(3800)


def pause_and_restart(world: World) -> None:
    """Pause somebody, crash, and send."""
    world.pause(paused=True)
    world.let_pass(1)
    world.crash()
    world.boot()
    world.send_sms(world.new_text(), (SARA,))
    world.let_pass(40)


def three_wait(world: World) -> None:
    """Let three messages to one person wait, and the gateway come back."""
    _let_three_wait(world)
    world.gateway.weather.clear()
    world.let_pass(120)


def three_wait_and_are_long(world: World) -> None:
    """Let three wait that don't fit in one."""
    _let_three_wait(world, parts=3)
    world.gateway.weather.clear()
    world.let_pass(120)


def answer_of_three_lost(world: World) -> None:
    """Lose the answer to three that go out as one."""
    _let_three_wait(world)
    world.gateway.weather.clear()
    world.gateway.weather.next_sends.append("reset_after")
    world.let_pass(900)


def restored_backup_of_three(world: World) -> None:
    """Put a backup back in which three wait that went out as one since."""
    _let_three_wait(world)
    world.back_up()
    world.gateway.weather.clear()
    world.let_pass(120)
    _put_back(world)


def _let_three_wait(world: World, *, parts: int = 1) -> None:
    _lose(world)
    for _ in range(3):
        world.send_sms(world.new_text(parts=parts), (SARA,), retry_for=45)
        world.let_pass(5)
