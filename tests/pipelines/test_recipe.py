"""One TOML file is one pipeline, and a wrong one says what to change."""

from pathlib import Path

import pytest

from pipelines.errors import ConfigError
from pipelines.recipe import Recipe, load_recipe, parse_recipe, recipe_schema

ROOT = Path(__file__).resolve().parents[2]


def test_the_default_recipe_is_right():
    assert load_recipe(ROOT / "recipes" / "korean-web.toml").name == "korean-web"


def test_unknown_key_names_the_nearest_valid_one():
    with pytest.raises(ConfigError, match=r"unknown key dedup\.treshold; did you mean dedup\.threshold\?"):
        parse_recipe("[dedup]\ntreshold = 0.8", "r.toml")


def test_unknown_section_names_the_nearest_valid_one():
    with pytest.raises(ConfigError, match=r"unknown key langage; did you mean language\?"):
        parse_recipe("[langage]\n", "r.toml")


def test_a_key_like_no_other_lists_all():
    with pytest.raises(ConfigError, match=r"valid names are .*statuses"):
        parse_recipe("[capture]\nzzzzzz = 1", "r.toml")


def test_a_wrong_value_names_its_place():
    with pytest.raises(ConfigError, match=r"r\.toml: dedup\.threshold"):
        parse_recipe("[dedup]\nthreshold = 1.5", "r.toml")


def test_broken_toml_names_the_file():
    with pytest.raises(ConfigError, match=r"r\.toml is not valid TOML"):
        parse_recipe("[dedup", "r.toml")


def test_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"cannot read the recipe .*none\.toml"):
        load_recipe(tmp_path / "none.toml")


def test_digest_covers_rows_and_not_speed():
    base = parse_recipe("", "r").digest()
    assert (
        parse_recipe("[engine]\nworkers = 7\nsplit_bytes = '1 MiB'\n[warehouse]\nuri = '/elsewhere'", "r").digest()
        == base
    )
    assert parse_recipe("[dedup]\nthreshold = 0.7", "r").digest() != base
    assert parse_recipe("[extract]\nextractor = 'trafilatura'", "r").digest() != base


def test_every_setting_is_documented():
    schema = recipe_schema()
    bare = [
        f"{name}.{field}"
        for name, model in [("Recipe", schema), *schema["$defs"].items()]
        if "properties" in model
        for field, value in model["properties"].items()
        if "description" not in value and "$ref" not in value
    ]
    assert bare == []


def test_a_recipe_travels_as_json():
    recipe = parse_recipe("[engine]\nsplit_bytes = '4 MiB'", "r")
    assert Recipe.model_validate_json(recipe.model_dump_json()) == recipe


def test_the_default_recipe_is_found_from_anywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load_recipe(Path("recipes/korean-web.toml")).name == "korean-web"
