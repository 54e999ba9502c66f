"""Who may get documents, and whether that is at home or abroad (consent specification, section 0.2)."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from licenses.countries import KOREA, check_country

Country = Annotated[str, AfterValidator(check_country)]
"""An assigned ISO 3166-1 alpha-2 code."""
RECIPIENT_ID = r"^[a-z0-9][a-z0-9-]{1,62}$"
_LEAST_RSA_BITS = 2048


class Recipient(BaseModel):
    """An organisation that may get releases. What is not known of it makes it foreign."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    recipient_id: str = Field(pattern=RECIPIENT_ID, description="Name of the record: letters, digits and hyphens.")
    name: str = Field(min_length=1, max_length=200, description="Name of the organisation.")
    established_in: Country | None = Field(default=None, description="Country whose law it is established under.")
    controlled_from: Country | None = Field(default=None, description="Country from which it is controlled.")
    processed_in: tuple[Country, ...] = Field(
        default=(), description="Every country in which it stores or processes what it gets."
    )
    public_key: str | None = Field(
        default=None, description="Public key (PEM, X25519 or RSA) that the data keys of its releases are wrapped for."
    )
    contact: str = Field(default="", max_length=320, description="Where notices of withdrawal go.")

    @field_validator("processed_in")
    @classmethod
    def _once_each(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(set(codes)))

    @field_validator("public_key")
    @classmethod
    def _wraps(cls, pem: str | None) -> str | None:
        if pem is None:
            return None
        try:
            key = load_pem_public_key(pem.encode())
        except (ValueError, UnsupportedAlgorithm) as error:
            raise ValueError("not a public key in PEM") from error
        if isinstance(key, X25519PublicKey) or (isinstance(key, RSAPublicKey) and key.key_size >= _LEAST_RSA_BITS):
            return pem
        raise ValueError(f"data keys are wrapped for X25519, or for RSA of at least {_LEAST_RSA_BITS} bits")

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """From a row of the table ``recipients``.

        Raises:
            ValueError: A value does not fit.
        """
        values = {name: row[name] for name in cls.model_fields if row.get(name) is not None}
        return cls(**values, established_in=row["jurisdiction"] or None)

    def row(self) -> dict[str, Any]:
        """The columns of the table ``recipients``, but for ``registered_at``."""
        values = self.model_dump(exclude={"established_in"})
        return {**values, "jurisdiction": self.established_in or "", "domestic": self.domestic}

    @property
    def countries(self) -> frozenset[str] | None:
        """Every country that has a part in it; None where one is not known."""
        if self.established_in is None or self.controlled_from is None or not self.processed_in:
            return None
        return frozenset({self.established_in, self.controlled_from, *self.processed_in})

    @property
    def domestic(self) -> bool:
        """Whether every country is Korea and none is missing: a Korean company that computes abroad is foreign."""
        return self.countries == frozenset({KOREA})
