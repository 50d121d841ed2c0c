"""A client's folder and settings: what opens, and what each mistake says."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from kit import client as clients
from kit import goals
from kit.errors import ClientError, PolicyError
from tests import tiny


def config_of(tmp_path, text):
    return clients.read_config(tiny.client(tmp_path, {}, toml=text))


def test_the_other_zones_default_to_the_reports_zone(tmp_path):
    config, _ = config_of(tmp_path, tiny.TOML)
    assert config.name == "acme"
    assert config.export_time_zone == config.ads_time_zone == "America/Los_Angeles"
    assert config.category == "other"
    assert config.source == "exports"
    assert not config.demo


def test_every_key_of_the_definitions_is_known(tmp_path):
    config, policy = config_of(
        tmp_path,
        'name = "Acme Beauty"\ncurrency = "eur"\nmarket = "de"\ncategory = "food_cpg"\n'
        'program_start = 2026-01-05\nsource = "exports"\nbrand = "Acme"\nmemory_limit = "2GB"\n'
        'demo = true\ntime_zone = "Europe/Berlin"\nexport_time_zone = "Europe/London"\n'
        'ads_time_zone = "UTC"\ndate_order = "dmy"\n[goals]\nvelocity = 40\n'
        "[policy.velocity]\ntarget = 12\n",
    )
    assert (config.currency, config.market, config.demo) == ("EUR", "DE", True)
    assert config.program_start == date(2026, 1, 5)
    assert config.goals == {"velocity": 40.0}
    assert policy.velocity.target == 12


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (tiny.TOML + 'currrency = "USD"\n', r"unknown key currrency\. Did you mean currency\?"),
        ('currency = "USD"\n', r"lacks time_zone: zone of reports"),
        (tiny.TOML + 'category = "beaty"\n', r"category is 'beaty'.*Did you mean beauty\?"),
        (tiny.TOML.replace("Angeles", "Angels"), r"did you mean America/Los_Angeles\?"),
        (tiny.TOML.replace("USD", "dollar"), r"currency is 'dollar'\. expected 3 letters"),
        (tiny.TOML + "[goals]\nvelocty = 3\n", r"no metric velocty\. Did you mean velocity\?"),
        (tiny.TOML + "[policy.velocty]\ntarget = 3\n", r"no setting velocty\. Did you mean"),
        (tiny.TOML + 'memory_limit = "lots"\n', r"'lots'\. expected a size such as 2GiB or 512MiB"),
        (tiny.TOML + 'memory_limit = "1MiB"\n', r"'1MiB'\. the engine needs at least 128MiB"),
        (tiny.TOML + 'source = "mysql://x"\n', r"source cannot be used: expected exports, or the"),
        (tiny.TOML + 'program_start = "soon"\n', r"program_start is 'soon'"),
        ("currency = USD\n", r"client\.toml is not TOML"),
    ],
)
def test_a_wrong_setting_names_itself_and_the_right_one(tmp_path, text, said):
    with pytest.raises(PolicyError, match=said):
        config_of(tmp_path, text)


def test_a_client_that_does_not_exist_lists_those_that_do(tmp_path):
    tiny.client(tmp_path, {})
    with pytest.raises(ClientError, match=r"no client acne .*Did you mean acme\?.*here: acme\."):
        clients.client_folder("acne", tmp_path)


@pytest.mark.parametrize("name", ["../acme", "a/b", "..", "", ".hidden", "a\\b", "C:acme", "a b"])
def test_a_path_is_no_client_name(tmp_path, name):
    tiny.client(tmp_path, {})
    with pytest.raises(ClientError, match="cannot name a client"):
        clients.client_folder(name, tmp_path)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a" * 65, "Use up to 64 letters"),
        ("acme\0", "Use letters, digits"),
        ("acme\n", "Use letters, digits"),
        ("acme\u202egnp", "Use letters, digits"),
        ("-rf", "Use letters, digits"),
        ("acme.", "Use letters, digits"),
        ("nul", "Windows keeps that word"),
        ("Com1.shop", "Windows keeps that word"),
        ("\u0430cme", "letters of several alphabets"),  # Cyrillic a
        ("ac\u200bme", "Use letters, digits"),
        ("\uff41cme", "letters of several alphabets"),  # a full-width a
        ("a\u030akes", "Use letters, digits"),
        ("<b>", "Use letters, digits"),
        ("=1+1", "Use letters, digits"),
    ],
)
def test_a_name_that_misleads_a_person_or_a_system_is_refused(tmp_path, name, said):
    tiny.client(tmp_path, {})
    with pytest.raises(ClientError, match=f"cannot name a client.*{said}"):
        clients.client_folder(name, tmp_path)


@pytest.mark.parametrize(
    "name",
    ["acme", "acme-beauty", "acme_2", "Acme.co", "åkes", "美妆", "コスメ店", "console", "a" * 64],
)
def test_plain_words_name_clients(name):
    assert clients.check_name(name) == name


def test_home_is_given_or_named_or_the_nearest_folder_with_data(tmp_path, monkeypatch):
    deep = tmp_path / "one" / "two"
    deep.mkdir(parents=True)
    (tmp_path / "data").mkdir()
    monkeypatch.delenv("KIT_HOME", raising=False)
    monkeypatch.chdir(deep)
    assert clients.home() == tmp_path.resolve()
    assert clients.home(deep) == deep.resolve()
    monkeypatch.setenv("KIT_HOME", str(tmp_path / "one"))
    assert clients.home() == (tmp_path / "one").resolve()
    with pytest.raises(ClientError, match="nowhere is no folder"):
        clients.home("nowhere")


def test_only_folders_with_settings_are_clients(tmp_path):
    tiny.client(tmp_path, {})
    (tmp_path / "data" / "scratch").mkdir()
    assert clients.clients(tmp_path) == ["acme"]


def test_a_client_without_exports_says_where_to_put_them(tmp_path):
    tiny.client(tmp_path, {})
    with pytest.raises(ClientError, match=r"exports is empty\. Put the platform's exports there"):
        clients.open("acme", tmp_path)


def test_tables_are_frames_and_expressions(tmp_path):
    tiny.client(tmp_path, {"a.csv": tiny.export(tiny.AFFILIATE, {"gmv": "20.10"})})
    client = clients.open("acme", tmp_path)
    assert client.orders["gmv"].tolist() == [20.10]
    assert str(client.table("orders")["gmv"].type()) == "decimal(18, 2)"
    assert client.table("orders").count().execute() == 1
    assert client.posts.empty
    assert "orders" in dir(client)
    with pytest.raises(ClientError, match=r"no table order\. Did you mean orders\?"):
        client.table("order")
    with pytest.raises(AttributeError, match="no attribute or table margins"):
        client.margins  # noqa: B018


WEEKS = {
    f"Video_List_{first}-{last}.csv": tiny.export(tiny.VIDEO, {"views": last})
    for first, last in [("20260427", "20260503"), ("20260504", "20260510")]
}


def test_the_last_sunday_covered_waits_for_the_slowest_list(tmp_path):
    slow = {"Creator_20260427-20260503.csv": tiny.export(tiny.CREATOR, {})}
    tiny.client(tmp_path, WEEKS | slow)
    assert clients.open("acme", tmp_path).covered_until() == date(2026, 5, 3)


def test_the_last_sunday_covered_is_not_in_a_week_begun(tmp_path):
    begun = {"Video_List_20260511-20260513.csv": tiny.export(tiny.VIDEO, {})}
    tiny.client(tmp_path, WEEKS | begun)
    assert clients.open("acme", tmp_path).covered_until() == date(2026, 5, 10)


def test_the_programs_start_is_the_first_sample_or_post(tmp_path):
    files = {"Video_20260420-20260426.csv": tiny.export(tiny.VIDEO, {})}
    tiny.client(tmp_path, files)
    day, why = clients.open("acme", tmp_path).program_start()
    assert (day, why) == (date(2026, 4, 20), "first post (client.toml has no program_start)")
    tiny.client(tmp_path, files, samples="handle,shipped_on\nmia,2026-04-02\n")
    day, why = clients.open("acme", tmp_path).program_start()
    assert day == date(2026, 4, 2)
    assert why.startswith("first sample shipped")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "followers = 3",
            r"no metric followers\. .*A goal may be set for velocity \(posts a week\)",
        ),
        ("conversion_rate = 2", "conversion_rate is 2. It is a fraction, 0.05 for 5%"),
        ("gmv = 0", "gmv is 0, not above 0. It is money in four weeks"),
        ("gmv = true", "gmv is True, no number"),
        ("gmv = nan", "gmv is nan, no number"),
    ],
)
def test_a_goal_that_cannot_be_is_refused_with_its_unit(tmp_path, line, message):
    with pytest.raises(PolicyError, match=message):
        config_of(tmp_path, f"{tiny.TOML}[goals]\n{line}\n")


def test_the_goal_of_velocity_is_the_target_unless_one_is_set(tmp_path):
    wanted = f"{tiny.TOML}[goals]\nvelocity = 20\n"
    assert config_of(tmp_path, wanted)[1].velocity.target == 20
    both = f"{wanted}[policy.velocity]\ntarget = 25\n"
    assert config_of(tmp_path, both)[1].velocity.target == 25


def test_the_template_lists_every_goal_with_a_value_it_may_have():
    text = (Path(__file__).parent.parent / "templates" / "client.toml").read_text()
    lines = text.partition("[goals]\n")[2].partition("\n\n")[0].splitlines()
    listed = tomllib.loads("\n".join(line.removeprefix("# ") for line in lines))
    assert set(listed) == set(goals.GOALS)
    goals.check(listed)
