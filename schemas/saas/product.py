"""Use of features, feature flags and experiments."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from .arrow import arrow, blank
from .company import on_duty
from .drawing import DAY, LAST, N_EVENTS, NAMES, NOW, Draw, Rng, day_of


def make_events(rng: Rng, users: Draw, state: Draw) -> pa.Table:
    keys, _, _, tier, released, _, weight = zip(*NAMES["features"], strict=True)
    start, level = np.array([day_of(day) * DAY for day in released]), np.array(tier)
    steps = np.cumsum(np.array(weight) / sum(weight))
    span = np.maximum(users["seen"] - users["at"], 0) / DAY
    guest = users["role"] == "guest"
    pull = np.where(guest, 0.3, 1.0) * rng.lognormal(0, 1.0, len(span)) * span**0.75
    user = rng.choice(len(span), N_EVENTS, p=pull / pull.sum())
    at = users["at"][user] + (span[user] * DAY * rng.beta(1.0, 1.0, N_EVENTS)).astype(int)
    at = np.where(((at // DAY + 3) % 7 >= 5) & (rng.random(N_EVENTS) < 0.75), at - 2 * DAY, at)
    second = np.interp(at % DAY, np.array(NAMES["day_curve"]) * DAY, np.arange(25) * 3600)
    at = np.clip(at // DAY * DAY + second.astype(int), users["at"][user] + 30, users["seen"][user])
    feature, rank = np.zeros(N_EVENTS, int), state["tier"][users["account"][user]]
    todo = np.arange(N_EVENTS)
    while len(todo):
        pick = np.minimum(np.searchsorted(steps, rng.random(len(todo)), "right"), len(keys) - 3)
        ok = (start[pick] <= at[todo]) & (level[pick] <= rank[todo])
        feature[todo[ok]] = pick[ok]
        todo = todo[~ok]
    order = np.argsort(at, kind="stable")
    user, at, feature = user[order], at[order], feature[order]
    platform = rng.choice(["web", "desktop", "ios", "android"], N_EVENTS, p=[0.6, 0.17, 0.14, 0.09])
    platform = np.where(np.array(keys)[feature] == "api_keys", "api", platform)
    seconds = np.minimum(rng.lognormal(4.6, 1.0, N_EVENTS), 7200).astype(int) + 3
    return arrow(
        "events", np.arange(1, N_EVENTS + 1), user + 1, np.array(keys, object)[feature], at,
        platform, blank(seconds, platform == "api"),
    )  # fmt: skip


def make_flags(rng: Rng, base: Draw, state: Draw, staff: Draw) -> Iterator[tuple[str, pa.Table]]:
    key, feature, created, rollout, removed = zip(*NAMES["flags"], strict=True)
    days = [day_of(day) for day in created]
    teams = [str(rng.choice(["Product", "Engineering"])) for _ in days]
    owner = [on_duty(rng, staff, team, day) for team, day in zip(teams, days, strict=True)]
    yield "flags", arrow("flags", key, feature, owner, days, rollout, removed)
    rows = []
    for number, (name, day) in enumerate(zip(key, days, strict=True)):
        if removed[number] is not None or number % 7 == 4:
            continue
        live = np.flatnonzero(state["alive"] & (state["tier"] >= 2) & (base["days"] < LAST - 40))
        for i in np.sort(rng.choice(live, int(rng.integers(5, 60)), replace=False)):
            on = bool(rng.random() < (0.9 if rollout[number] < 60 else 0.2))
            when = min(max(day, int(base["days"][i])) + int(rng.exponential(90)), LAST)
            rows.append((name, int(i) + 1, on, when))
    names, account, enabled, when_set = zip(*rows, strict=True)
    yield "flag_overrides", arrow("flag_overrides", names, account, enabled, when_set)


def make_experiments(rng: Rng, users: Draw, staff: Draw) -> Iterator[tuple[str, pa.Table]]:
    name, flag, goal, start, end, decision, _ = zip(*NAMES["experiments"], strict=True)
    begin = [day_of(day) for day in start]
    yield "experiments", arrow(
        "experiments", np.arange(1, len(name) + 1), name, flag,
        [on_duty(rng, staff, "Product", day) for day in begin], goal, begin, end,
        decision,
    )  # fmt: skip
    base = {"activation": 0.34, "upgrade": 0.07, "invite": 0.19, "retention": 0.48}
    parts = []
    for number, (_, _, goal_of, first, last, _, lift) in enumerate(NAMES["experiments"], start=1):
        low, high = day_of(first) * DAY, (min(day_of(last), LAST) + 1) * DAY
        fresh = goal_of == "activation"
        fits = (users["at"] < high) & (users["seen"] > low)
        fits &= (users["at"] >= low) if fresh else (users["at"] < low)
        group = np.sort(rng.permutation(np.flatnonzero(fits))[: 1100 if fresh else 900])
        n = len(group)
        arm = rng.choice(["control", "A", "B"] if number % 5 == 1 else ["control", "A"], n)
        top = np.minimum(users["seen"][group], high - 60)
        at = np.where(fresh, users["at"][group], low) + 60
        at = np.minimum(at if fresh else at + (rng.random(n) * (top - at)).astype(int), top)
        odds = base[goal_of] + np.where(arm == "A", lift, np.where(arm == "B", lift / 3, 0))
        done = at + 600 + rng.exponential(5 * DAY, n).astype(int)
        won = (rng.random(n) < odds) & (done <= np.minimum(high + 14 * DAY, NOW))
        parts.append((np.full(n, number), group + 1, arm, at, np.where(won, done, 0)))
    columns = [np.concatenate(part) for part in zip(*parts, strict=True)]
    yield "exposures", arrow("exposures", *columns)
