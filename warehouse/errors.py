"""What can go wrong with tables at rest, by what the caller can do about it."""


class WarehouseError(Exception):
    """Base of the errors of this package."""


class SchemaMismatchError(WarehouseError):
    """A table was made by another version of Malmoi, or rows do not fit their table: nothing was read or written."""


class DamagedFileError(WarehouseError):
    """A file does not hold what was written to it: make it anew."""


class ConflictError(WarehouseError):
    """Other writers kept winning: nothing was committed to this table, and the same commit can be tried again."""


class UnbalancedError(WarehouseError):
    """Rows in the tables differ from what the runs counted: the warehouse is not to be released from."""
