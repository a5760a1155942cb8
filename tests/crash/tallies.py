"""Tallies: at how many points lives were ended, and what that has cost."""

from attrs import define, field

from ropo_async.journal import GapState
from tests.crash.worlds import Verdict, World


@define
class Tally:
    """What the ends of many lives have cost, each in a world of its own."""

    name: str
    points: list[str] = field(factory=list[str], init=False)
    losses: dict[str, list[str]] = field(factory=dict[str, list[str]], init=False)
    """Updates that are lost, by the point that has cost them."""
    faults: list[str] = field(factory=list[str], init=False)
    """What else should not be."""
    repeated: int = field(default=0, init=False)
    """Points after which an update was delivered twice, which is allowed."""
    gaps: int = field(default=0, init=False)
    """Points after which there was a gap."""
    at_risk: int = field(default=0, init=False)
    """Points after which updates were missing for as long as no day could be read again."""

    @property
    def flawless(self) -> bool:
        return not self.losses and not self.faults

    async def judge(self, point: str, world: World) -> None:
        """Let a world recover from what has just happened in it at `point`, and look for what is lost."""
        self.points.append(point)
        await world.recover()
        verdict = await world.verdict()
        # The vendor does what it can: nothing may be missing, covered or not.
        self._note(point, verdict, missing=verdict.missing.total() > 0)
        if any(gap.state is GapState.BACKFILLED for gap in verdict.gaps):
            await world.settle()
            verdict = await world.verdict()
            self._note(point, verdict, missing=verdict.missing.total() > 0)
        if any(gap.state is not GapState.CLOSED for gap in verdict.gaps):
            self.faults.append(f"{point}: a gap does not close")
        self.gaps += bool(verdict.gaps)
        self.repeated += bool(verdict.repeated)

    async def judge_refused(self, point: str, world: World) -> None:
        """As `judge`, but at first the vendor refuses to show any day again: what is missing must be in a gap."""
        world.refuse_rereads()
        await world.recover()
        verdict = await world.verdict()
        self.at_risk += verdict.missing.total() > 0
        self._note(point, verdict, missing=verdict.uncovered.total() > 0)
        world.allow_rereads()
        await self.judge(point, world)

    def _note(self, point: str, verdict: Verdict, *, missing: bool) -> None:
        if missing:
            self.losses[point] = sorted(verdict.missing)
        if verdict.surplus:
            self.faults.append(f"{point}: {verdict.surplus.total()} events that never were")
        if verdict.waiting:
            self.faults.append(f"{point}: {verdict.waiting} updates were not asked for")
        if verdict.unread:
            self.faults.append(f"{point}: closed without having read {', '.join(verdict.unread)}")

    def __str__(self) -> str:
        return (
            f"{self.name}: {len(self.points)} points, {len(self.losses)} with loss, {self.repeated} with repeated "
            f"deliveries, {self.gaps} with a gap, {self.at_risk} with updates at risk, {len(self.faults)} other faults"
        )
