"""A recipe is one pipeline: a TOML file read into typed settings.

Every section is declared, documented and validated where it is used; this module only puts them together. The digest of
a recipe covers everything that can change a row. It leaves out ``engine``, ``warehouse`` and the memory of ``dedup``,
which say where and how fast, so that a run may be finished by other workers than those that began it, and where the
secret key of ``pii`` and the files of benchmarks lie: the name of that key (``key_id``) and the digests of those files
(``sha256``) are in it instead.
"""

import difflib
import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, ByteSize, ConfigDict, Field, ValidationError, field_validator

from dedup import BoilerplateSettings, DedupSettings, RepeatSettings
from filters import HangulSettings, LanguageSettings, QualitySettings
from filters.pii import PiiSettings
from licenses import RightsSettings
from pipelines.decontamination import DecontaminationSettings
from pipelines.errors import ConfigError
from pipelines.extract.settings import ExtractSettings
from pipelines.ingest import IngestSettings
from pipelines.ingest.datasets import DatasetSource
from pipelines.stages.capture import CaptureSettings
from pipelines.stages.clean import CleanSettings
from pipelines.stages.decode import DecodeSettings

DEFAULT_RECIPE = "recipes/korean-web.toml"


class Section(BaseModel):
    """What every section shares: no unknown keys, no changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Sources(Section):
    """Where captures come from."""

    inputs: tuple[str, ...] = Field(
        default=(),
        description="Files, folders, patterns or fsspec URLs of WARC, WET, JSONL or Parquet. --input replaces them.",
    )
    datasets: tuple[DatasetSource, ...] = Field(
        default=(), description="Data sets: [[sources.datasets]] for each, with its files and its origin."
    )
    storage_options: dict[str, Any] = Field(
        default_factory=dict,
        description="Handed to fsspec for remote inputs, such as endpoint_url. Secrets belong in the environment.",
    )

    @field_validator("datasets")
    @classmethod
    def _names_differ(cls, datasets: tuple[DatasetSource, ...]) -> tuple[DatasetSource, ...]:
        names = [dataset.name for dataset in datasets]
        if len(set(names)) < len(names):
            raise ValueError("two data sets have one name")
        return datasets


class WarehouseSection(Section):
    """Where tables rest."""

    uri: str = Field(
        default="malmoi-warehouse", description="Folder of the warehouse; its catalog is <uri>/catalog.db."
    )
    catalog: dict[str, str] = Field(
        default_factory=dict, description="Properties of another Iceberg catalog (pyiceberg's names). Empty: SQLite."
    )
    shard_bytes: ByteSize = Field(
        default=ByteSize(128 << 20), gt=0, description="Uncompressed size that a document shard aims at."
    )


class EngineSection(Section):
    """Who does the work. Nothing here changes a row."""

    name: Literal["local"] = Field(default="local", description="The engine: local is a pool of processes.")
    workers: int = Field(default=0, ge=0, description="Worker processes; 0 means one for each core.")
    split_bytes: ByteSize = Field(
        default=ByteSize(4 << 20), gt=0, description="Compressed bytes of input that make one task."
    )
    attempts: int = Field(default=2, ge=1, description="How often a split is tried when its worker dies.")


class Recipe(Section):
    """The whole pipeline."""

    name: str = Field(default="korean-web", description="What the recipe is called in reports.")
    sources: Sources = Field(default_factory=Sources)
    ingest: IngestSettings = Field(default_factory=IngestSettings)
    capture: CaptureSettings = Field(default_factory=CaptureSettings)
    hangul: HangulSettings = Field(default_factory=HangulSettings)
    decode: DecodeSettings = Field(default_factory=DecodeSettings)
    language: LanguageSettings = Field(default_factory=LanguageSettings)
    rights: RightsSettings = Field(default_factory=RightsSettings)
    extract: ExtractSettings = Field(default_factory=ExtractSettings)
    clean: CleanSettings = Field(default_factory=CleanSettings)
    quality: QualitySettings = Field(default_factory=QualitySettings)
    decontamination: DecontaminationSettings = Field(default_factory=DecontaminationSettings)
    repeats: RepeatSettings = Field(default_factory=RepeatSettings)
    pii: PiiSettings = Field(default_factory=PiiSettings)
    boilerplate: BoilerplateSettings = Field(default_factory=BoilerplateSettings)
    dedup: DedupSettings = Field(default_factory=DedupSettings)
    warehouse: WarehouseSection = Field(default_factory=WarehouseSection)
    engine: EngineSection = Field(default_factory=EngineSection)

    @field_validator("dedup")
    @classmethod
    def _signatures_fit_their_table(cls, dedup: DedupSettings) -> DedupSettings:
        most = DedupSettings.model_fields["permutations"].default
        if dedup.permutations != most:
            raise ValueError(f"permutations must be {most}: the table signatures holds as many values")
        return dedup

    def digest(self) -> str:
        """SHA-256 (hex) of everything that can change a row; of sources only what is declared of data sets.

        What the sources held a run adds.
        """
        places: dict[str, Any] = {
            "sources": {"inputs": True, "storage_options": True, "datasets": {"__all__": {"paths"}}},
            "warehouse": True,
            "engine": True,
            "pii": {"key_variable", "key_file"},
            "decontamination": {"benchmarks": {"__all__": {"paths"}}},
            "dedup": {"memory", "verify_batch"},
        }
        settings = self.model_dump(mode="json", exclude=places)
        return hashlib.sha256(json.dumps(settings, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def parse_recipe(text: str, where: str) -> Recipe:
    """Read a recipe from TOML text.

    Args:
        text: The TOML.
        where: What errors call it, such as the file's name.

    Raises:
        ConfigError: The text is not TOML, a key is unknown (the nearest valid one is named) or a value does not fit.
    """
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where} is not valid TOML: {error}") from error
    return check_recipe(values, where)


def check_recipe(values: dict[str, Any], where: str) -> Recipe:
    """Turn values into a recipe.

    Args:
        values: Sections and their settings.
        where: What errors call it, such as the file's name.

    Raises:
        ConfigError: A key is unknown (the nearest valid one is named) or a value does not fit.
    """
    try:
        return Recipe.model_validate(values)
    except ValidationError as error:
        raise ConfigError(f"{where}: " + "; ".join(_explain(problem) for problem in error.errors())) from error


def load_recipe(path: Path) -> Recipe:
    """Read a recipe file. The default recipe is also found from folders other than the checkout.

    Raises:
        ConfigError: There is no such file, or it does not hold a recipe.
    """
    if path == Path(DEFAULT_RECIPE) and not path.exists():
        path = Path(__file__).resolve().parent.parent / DEFAULT_RECIPE
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read the recipe {path}: {error}") from error
    return parse_recipe(text, str(path))


def recipe_schema() -> dict[str, Any]:
    """JSON Schema of a recipe, every field with its documentation."""
    return Recipe.model_json_schema()


def _explain(problem: Any) -> str:
    """One validation problem in words that say what to change."""
    location = [str(part) for part in problem["loc"]]
    name = ".".join(location)
    if problem["type"] != "extra_forbidden":
        return f"{name}: {problem['msg']}"
    valid = _names_at(location[:-1])
    near = difflib.get_close_matches(location[-1], valid, n=1, cutoff=0.5)
    hint = (
        f"did you mean {'.'.join([*location[:-1], near[0]])}?"
        if near
        else f"valid names are {', '.join(sorted(valid))}"
    )
    return f"unknown key {name}; {hint}"


def _names_at(path: list[str]) -> list[str]:
    """Names of the fields that are valid under a section."""
    model: type[BaseModel] = Recipe
    for part in path:
        if part.isdigit():
            continue
        field = model.model_fields.get(part)
        inner = next(iter(get_args(field.annotation)), field.annotation) if field else None
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return []
        model = inner
    return list(model.model_fields)
