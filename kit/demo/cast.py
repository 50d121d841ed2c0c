"""Who is in the sample program: the planted, the upper tiers, the roster, strangers."""

from __future__ import annotations

import random
from datetime import date, timedelta

from kit.demo.story import END, START, Agreement, Creator, stream, week_start


def cast(seed: int, without: str | None) -> list[Creator]:
    """Everyone in the program: the planted, the two upper tiers, the ordinary roster, strangers."""
    people = _leads(without) + _upper_tiers() + _minor_parts()
    names = _handles(stream(seed, "handles"), {person.handle for person in people})
    return people + _roster(seed, names) + _seeded_only(seed, names) + _strangers(seed, names)


def _signed(joined_week: int, pace: float, rate: int = 1500, **terms: object) -> list[Agreement]:
    return [Agreement(week_start(joined_week) + timedelta(days=2), None, pace, rate, **terms)]  # type: ignore[arg-type]


def _lead(
    plant: str, handle: str, followers: int, week: int, pace: float, **traits: object
) -> Creator:
    """A planted tier-1 creator, who joined in `week` and posts at `pace` a week."""
    return Creator(
        handle,
        followers,
        week_start(week) + timedelta(days=1),
        agreements=_signed(week, pace),
        pattern="fixed",
        pace=pace,
        plant=plant,
        **traits,  # type: ignore[arg-type]
    )


def _leads(without: str | None) -> list[Creator]:
    def planted(name: str, there: float, gone: float) -> float:
        return gone if without == name else there

    star = {"views": 15_500, "click_share": 0.0125}
    stopped = _lead("stopped_posting", "brisa.vanitydesk", 27_600, 4, 2.0, views=10_000)
    if without != "stopped_posting":
        stopped.posts_until = week_start(26) - timedelta(days=1)
    half = _lead("half_delivered", "torvin.bathshelf", 33_900, 24, 3.0, views=10_000)
    half.pace = planted("half_delivered", 0.75, 3.0)
    outlier = _lead(
        "commission_outlier",
        "calyx.and.cream",
        52_300,
        16,
        2.0,
        views=14_500,
        click_share=0.0125,
        conversion=0.0215,
    )
    if without != "commission_outlier":
        outlier.printed_rate = 3000
    stars = [
        _lead(
            "steady_star",
            "marelle.skinnotes",
            41_200,
            1,
            1.5,
            conversion=planted("steady_star", 0.036, 0.006),
            sends_readings=True,
            **star,  # type: ignore[arg-type]
        ),
        _lead(
            "star_with_incident",
            "odalie.glowlog",
            38_700,
            2,
            1.5,
            conversion=0.036,
            sends_readings=True,
            **star,  # type: ignore[arg-type]
        ),
    ]
    for person in stars:
        person.pace = 1.75
    return [
        *stars,
        _lead(
            "follower_rich",
            "zephine.daily",
            97_400,
            9,
            1.5,
            views=46_000,
            click_share=planted("follower_rich", 0.0005, 0.0060),
            conversion=planted("follower_rich", 0.013, 0.033),
        ),
        _lead(
            "low_conversion",
            "quillan.routine",
            44_800,
            15,
            2.0,
            views=21_000,
            click_share=0.013,
            conversion=planted("low_conversion", 0.0042, 0.021),
        ),
        _lead(
            "weak_hook",
            "perrin.softskin",
            36_100,
            11,
            1.5,
            views=9_500,
            conversion=0.024,
            hook=planted("weak_hook", 0.155, 0.345),
            sends_readings=True,
        ),
        stopped,
        half,
        outlier,
        _lead(
            "loyal_buyers",
            "ysolde.morningface",
            29_900,
            3,
            1.5,
            views=14_000,
            click_share=0.013,
            conversion=0.024,
            returns=planted("loyal_buyers", 0.62, 0.16),
        ),
        _lead(
            "one_time_buyers",
            "tansy.getready",
            31_500,
            3,
            1.5,
            views=13_000,
            click_share=0.013,
            conversion=0.026,
            returns=planted("one_time_buyers", 0.0, 0.16),
        ),
        _lead(
            "persuasive_post",
            "liorra.mirrortalk",
            22_400,
            12,
            1.0,
            views=8_000,
            click_share=0.012,
            conversion=planted("persuasive_post", 0.034, 0.019),
            sends_readings=True,
        ),
        _lead(
            "interesting_post",
            "dashel.bathroomtv",
            88_300,
            15,
            1.0,
            views=17_000,
            click_share=0.009,
            conversion=0.016,
        ),
    ]


def _upper_tiers() -> list[Creator]:
    """Nine creators of tier 2 (one was promoted into it) and two of tier 3."""
    mid = [
        ("noelani.beautyhour", 214_000, 1, 0.75, 1700, 18_000, "post", 0.023, 34_000),
        ("everlin.skinlab", 163_000, 2, 0.75, 1600, 15_000, "post", 0.019, 29_000),
        ("rosalba.getglam", 318_000, 4, 0.75, 1800, 22_000, "post", 0.024, 38_000),
        ("ionna.vanity", 127_000, 7, 0.75, 1600, 14_000, "post", 0.018, 27_000),
        ("cassiel.glowup", 452_000, 9, 0.75, 1800, 60_000, "month", 0.021, 37_000),
        ("maribeth.ontrend", 189_000, 12, 0.75, 1700, 16_000, "post", 0.022, 30_000),
        ("junavi.serumclub", 241_000, 15, 0.75, 1700, 55_000, "month", 0.020, 33_000),
        ("petra.lumen.edit", 138_500, 18, 0.50, 1600, 14_000, "post", 0.020, 28_000),
    ]
    people = [
        Creator(
            handle,
            followers,
            week_start(week) + timedelta(days=1),
            agreements=_signed(week, pace, rate, flat_fee=fee, fee_per=per),
            pattern="fixed",
            pace=pace,
            views=views,
            click_share=0.0105,
            conversion=conversion,
            sends_readings=position % 2 == 0,
            lives_every=5 if position in (0, 4) else 0,
        )
        for position, (handle, followers, week, pace, rate, fee, per, conversion, views) in (
            enumerate(mid)
        )
    ]
    top = [
        ("aurelio.beautydesk", 812_000, 10, 2100, 650_000, "deal", date(2026, 6, 30), 0.022, 4),
        ("soraya.lumenshow", 634_000, 17, 2000, 260_000, "month", None, 0.021, 3),
    ]
    for handle, followers, week, rate, fee, per, until, conversion, lives in top:
        signed = week_start(week) + timedelta(days=2)
        people.append(
            Creator(
                handle,
                followers,
                week_start(week) + timedelta(days=1),
                agreements=[
                    Agreement(signed, until, 0.5, rate, 1000, fee, per, exclusivity="category")
                ],
                pattern="fixed",
                pace=0.5,
                views=120_000,
                click_share=0.0085,
                conversion=conversion,
                lives_every=lives,
                sends_readings=True,
            )
        )
    return [*people, _promoted()]


PROMOTED_ON = date(2026, 2, 2)


DEMOTED_ON = date(2026, 1, 12)


def _promoted() -> Creator:
    """Entered in tier 1, moved to tier 2 on its record, still far under the follower band."""
    return Creator(
        "wrenley.careshelf",
        64_300,
        week_start(1) + timedelta(days=1),
        agreements=[
            Agreement(
                week_start(1) + timedelta(days=2), PROMOTED_ON - timedelta(days=1), 1.0, 1500
            ),
            Agreement(PROMOTED_ON, None, 1.0, 1600, 800, 12_000, "post"),
        ],
        pattern="fixed",
        pace=1.0,
        views=19_000,
        click_share=0.012,
        conversion=0.027,
        sends_readings=True,
    )


def _minor_parts() -> list[Creator]:
    """A demoted creator, one who renamed the account, one who is long silent."""
    demoted = _lead("", "halcyon.prettyfix", 124_600, 1, 1.0, views=11_000)
    demoted.agreements = [
        Agreement(
            week_start(1) + timedelta(days=2),
            DEMOTED_ON - timedelta(days=1),
            1.0,
            1600,
            800,
            14_000,
            "post",
        ),
        Agreement(DEMOTED_ON, None, 0.5, 1500),
    ]
    demoted.pace = 0.5
    renamed = _lead("", "fenna.bareglow", 25_700, 6, 1.0, views=9_500)
    renamed.former_handle = "fenna_makes_up"
    renamed.renamed_on = date(2026, 2, 9)
    # A flat fee in tier 1: the deal does not fit the tier, and onboarding says so.
    renamed.agreements = _signed(6, 1.0, flat_fee=4_000, fee_per="post")
    silent = _lead("", "kestrel.nightcream", 18_800, 6, 1.0, views=9_500)
    silent.posts_until = date(2026, 2, 22)
    return [demoted, renamed, silent]


def _roster(seed: int, names: list[str]) -> list[Creator]:
    """The ordinary tier-1 roster: in rotation, between two deals, newly joined, gone."""
    people = []
    for number in range(50):
        people.append(_ordinary(seed, names.pop(), "rotation", number))
    for number in range(33):
        people.append(_ordinary(seed, names.pop(), "between", number))
    for number in range(10):
        people.append(_ordinary(seed, names.pop(), "gone", number))
    for number in range(23):
        people.append(_newcomer(seed, names.pop(), number))
    return people


def _ordinary(seed: int, handle: str, kind: str, number: int) -> Creator:
    chance = stream(seed, "creator", handle)
    latest = {"rotation": 23, "between": 14, "gone": 9}[kind]
    week = 1 + (number * latest) // {"rotation": 50, "between": 33, "gone": 10}[kind]
    pace = chance.choices((0.25, 0.5), (0.88, 0.12))[0]
    signed = week_start(week) + timedelta(days=chance.randint(1, 9))
    until = None
    if kind == "between":
        until = week_start(chance.randint(22, 27)) - timedelta(days=1)
    if kind == "gone":
        until = week_start(chance.randint(13, 20)) - timedelta(days=1)
    status = {"rotation": "active", "between": "active", "gone": "left"}[kind]
    return Creator(
        handle,
        _followers(chance),
        signed - timedelta(days=1),
        status="paused" if kind == "gone" and number % 4 == 0 else status,
        agreements=[Agreement(signed, until, pace, chance.choice((1200, 1500, 1500, 1800)))],
        pattern="pool",
        pace=pace,
        posts_until=until,
        **_traits(chance),
    )


def _newcomer(seed: int, handle: str, number: int) -> Creator:
    """Joined in the last five weeks; about one in three has posted by the end."""
    chance = stream(seed, "creator", handle)
    joined = END - timedelta(days=33) + timedelta(days=number * 33 // 23)
    signed = joined + timedelta(days=chance.randint(3, 10))
    posts: tuple[date, ...] = ()
    if number < 14 and number % 2 == 0:
        posts = (min(signed + timedelta(days=chance.randint(9, 14)), END - timedelta(days=1)),)
    return Creator(
        handle,
        _followers(chance),
        joined,
        agreements=[Agreement(signed, None, 0.25, 1500)] if signed <= END else [],
        pattern="scripted" if posts else "none",
        scripted=posts,
        **_traits(chance),
    )


def _seeded_only(seed: int, names: list[str]) -> list[Creator]:
    """Got a sample in the first weeks and never posted: the article's lottery."""
    people = []
    for number in range(26):
        handle = names.pop()
        chance = stream(seed, "creator", handle)
        joined = START + timedelta(days=number // 2)
        people.append(Creator(handle, _followers(chance), joined, status="left", pattern="none"))
    return people


def _strangers(seed: int, names: list[str]) -> list[Creator]:
    """Open-collaboration creators whom nobody wrote into a ledger: no followers, no tier."""
    people = []
    for number in range(7):
        handle = names.pop()
        chance = stream(seed, "creator", handle)
        first = START + timedelta(days=40 + 17 * number)
        days = [first + timedelta(days=chance.randint(0, 6))]
        if number % 2:
            days.append(first + timedelta(days=50 + chance.randint(0, 6)))
        people.append(
            Creator(
                handle,
                None,
                first,
                pattern="scripted",
                scripted=tuple(day for day in days if day <= END - timedelta(days=2)),
                in_ledger=False,
                **_traits(chance),
            )
        )
    return people


def _traits(chance: random.Random) -> dict:
    return {
        "views": 9_600 * chance.lognormvariate(0, 0.35),
        "click_share": 0.0088 * chance.lognormvariate(0, 0.20),
        "conversion": 0.0215 * chance.lognormvariate(0, 0.28),
        "hook": min(0.48, max(0.27, chance.gauss(0.345, 0.035))),
        "sends_readings": chance.random() < 0.25,
    }


def _followers(chance: random.Random) -> int:
    return int(min(96_000, max(5_200, chance.lognormvariate(9.95, 0.65))))


def _handles(chance: random.Random, taken: set[str]) -> list[str]:
    """Handles put together from invented first names and words of the trade."""
    heads = "bel cor dar el fio gal hes ilo jos kel lun mir nel ory pel ras sil tav ula ves".split()
    tails = "anne bella ciane dora elle ina ione issa lyn mara nika ora rika sette vina wen".split()
    words = (
        "beauty bathshelf glow skincare routine vanity mirror serum dewy facemist getready "
        "nightcare morning selfcare shelfie softskin edit diary notes lab corner"
    ).split()
    handles: set[str] = set()
    while len(handles) < 160:
        name = chance.choice(heads) + chance.choice(tails)
        mark = chance.choice((".", "_", ""))
        handle = f"{name}{mark}{chance.choice(words)}"
        handles.add(handle + (str(chance.randint(2, 99)) if chance.random() < 0.25 else ""))
    listed = sorted(handles - taken)
    chance.shuffle(listed)
    return listed
