"""What an office's author sees when a declaration or a step is wrong."""


class DeclarationError(Exception):
    """The office is declared in a way that cannot work; says where and what to change."""


class FormError(Exception):
    """A filled form does not fit its declaration; `errors` maps a field to Pydantic's error type and context."""

    def __init__(self, errors: dict[str, tuple[str, dict[str, object]]]):
        self.errors = errors
        super().__init__(", ".join(f"{name}: {kind}" for name, (kind, _ctx) in errors.items()))
