"""Reads the forms that guidelines are sent with: files are spooled as they arrive, fields are short."""

from fastapi import Request

from server.api.accounts.multipart import Form, Part
from server.api.jobs.guidelines.intake import MOST_CONFIG, Intake, read_intake
from server.files import ownership
from server.files.library import FileLibrary
from tools.errors import InvalidInput, ServiceError

_MOST_PARTS = 20


class Sent:
    """A form that was read whole.

    Args:
        files: Each with its stored id, name and size, or with what is wrong with it.
    """

    def __init__(self, intake: Intake, files: list["SentFile"]) -> None:
        self.intake = intake
        self.files = files


class SentFile:
    """A file of the form."""

    def __init__(
        self, name: str, *, file_id: str | None = None, size: int = 0, refused: ServiceError | None = None
    ) -> None:
        self.name = name
        self.file_id = file_id
        self.size = size
        self.refused = refused


async def read_form(request: Request, library: FileLibrary, *, field: str, most: int) -> Sent:
    """The form's fields and files; a file that is refused is told with the others.

    Args:
        field: The name of the parts that are files.
        most: How many of them there may be.

    Raises:
        InvalidInput: The form is none, has other fields, no file, or too many.
    """
    owner = ownership.writer()
    form = Form(request.headers.get("content-type", ""), request.stream(), most_parts=_MOST_PARTS)
    fields: dict[str, str] = {}
    files: list[SentFile] = []
    try:
        async for part in form.parts():
            if part.file_name is None:
                if part.name in fields:
                    raise InvalidInput(f"The field {part.name[:50]!r} comes twice.", code="duplicate_field")
                fields[part.name] = await part.text(MOST_CONFIG)
                continue
            if part.name != field:
                raise InvalidInput(f"The file {part.name[:50]!r} is not called {field!r}.", code="no_file")
            if len(files) == most:
                raise InvalidInput(f"At most {most} files are taken at once.", code="too_many_files")
            files.append(await _kept(part, library, owner))
        if not files:
            raise InvalidInput(f"The form has no file {field!r}.", code="no_file")
        return Sent(read_intake(fields), files)
    except BaseException:
        for file in files:
            if file.file_id:
                await library.remove(file.file_id, owner=ownership.reader())
        raise


async def _kept(part: Part, library: FileLibrary, owner: str) -> SentFile:
    name = part.file_name or "file"
    try:
        async with library.spool(name) as spool:
            async for chunk in part.chunks():
                await spool.add(chunk)
            received = await spool.finish()
            file = await library.keep(received, owner=owner, name=name, retention="inputs")
    except ServiceError as error:
        async for _ in part.chunks():
            pass  # the parts behind it can be read only from its end on
        return SentFile(name, refused=error)
    return SentFile(file.name, file_id=file.file_id, size=file.size)
