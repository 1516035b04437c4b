"""Forms with a file (RFC 7578), read as they arrive: a part is never in memory whole."""

from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from tools.errors import InvalidInput

MAX_PARTS = 10
MAX_FIELD = 4096  # bytes of a part that is no file
MAX_HEADERS = 8  # of one part


@dataclass(frozen=True, slots=True)
class _Begin:
    headers: dict[bytes, bytes]


@dataclass(frozen=True, slots=True)
class _End:
    pass


class Part:
    """One field of the form; its bytes have to be read before the next one's."""

    def __init__(self, form: "Form", name: str, file_name: str | None) -> None:
        self._form = form
        self.name = name
        self.file_name = file_name  #: None: it is no file.

    async def chunks(self) -> AsyncIterator[bytes]:
        """Its bytes as they arrive."""
        while isinstance(event := await self._form.next_event(), bytes):
            yield event

    async def text(self, most: int = MAX_FIELD) -> str:
        """A short value, of so many bytes at most; raises InvalidInput for a longer one."""
        value = bytearray()
        async for chunk in self.chunks():
            value += chunk
            if len(value) > most:
                raise _wrong(f"the field {self.name!r} is longer than {most} bytes")
        try:
            return value.decode()
        except UnicodeDecodeError:
            raise _wrong(f"the field {self.name!r} is no UTF-8") from None


class Form:
    """A multipart body.

    Args:
        content_type: The request's header, which names the boundary.
        most_parts: How many parts it may have.

    Raises:
        InvalidInput: It is no form, here or while it is read.
    """

    def __init__(
        self, content_type: str, stream: AsyncIterator[bytes], *, most_parts: int = MAX_PARTS
    ) -> None:
        _, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if not 0 < len(boundary) <= 70:  # RFC 2046, 5.1.1
            raise _wrong("the header Content-Type names no boundary of at most 70 characters")
        self._stream = stream
        self._most_parts = most_parts
        self._events: deque[bytes | _Begin | _End] = deque()
        self._headers: dict[bytes, bytes] = {}
        self._field, self._value = b"", b""
        self._is_over = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._headers.clear,
                "on_header_field": self._on_field,
                "on_header_value": self._on_value,
                "on_header_end": self._on_header,
                "on_headers_finished": lambda: self._events.append(_Begin(dict(self._headers))),
                "on_part_data": lambda data, start, end: self._events.append(data[start:end]),
                "on_part_end": lambda: self._events.append(_End()),
                "on_end": self._on_end,
            },
            max_header_count=MAX_HEADERS,
        )

    async def parts(self) -> AsyncIterator[Part]:
        """Every part."""
        count = 0
        while (event := await self.next_event()) is not None:
            if not isinstance(event, _Begin):
                continue
            count += 1
            if count > self._most_parts:
                raise _wrong(f"it has more than {self._most_parts} parts")
            yield self._part(event.headers)

    async def next_event(self) -> bytes | _Begin | _End | None:
        """What comes next; None at the form's end."""
        while not self._events:
            if self._is_over:
                return None
            chunk = await anext(self._stream, None)
            if chunk is None:
                raise _wrong("it ends before its closing boundary")
            try:
                self._parser.write(chunk)
            except MultipartParseError as error:
                raise _wrong(str(error)) from error
        return self._events.popleft()

    def _part(self, headers: dict[bytes, bytes]) -> Part:
        kind, options = parse_options_header(headers.get(b"content-disposition", b""))
        name = options.get(b"name")
        if kind != b"form-data" or name is None:
            raise _wrong("a part has no Content-Disposition of form-data with a name")
        file_name = options.get(b"filename")
        return Part(
            self,
            name.decode("utf-8", "replace"),
            None if file_name is None else file_name.decode("utf-8", "replace"),
        )

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header(self) -> None:
        name = self._field.lower()
        if name in self._headers:
            raise _wrong(f"a part has the header {name.decode('latin-1')} twice")
        self._headers[name] = self._value
        self._field, self._value = b"", b""

    def _on_end(self) -> None:
        self._is_over = True


def _wrong(what: str) -> InvalidInput:
    return InvalidInput(
        f"The body is no form that can be read: {what}.",
        hint="Send multipart/form-data, whole, with the file in the field that the route names.",
        code="invalid_form",
    )
