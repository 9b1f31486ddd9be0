"""Reading a large delimited file record by record."""

from pathlib import Path

import pytest

from orchestration.datasets.protocol import SourceFile
from orchestration.datasets.reading import CHUNK_BYTES, stream_csv
from orchestration.errors import FileRefused


def source(folder: Path, content: bytes) -> SourceFile:
    path = folder / "f.csv"
    path.write_bytes(content)
    return SourceFile(path, "a name.csv")


def test_records_bear_their_number_and_blank_lines_are_left_out(tmp_path: Path) -> None:
    content = b'\xef\xbb\xbfa,b\r\n1,"two\r\nlines"\r\n,\r\n3,4\r\n'
    assert list(stream_csv(source(tmp_path, content))) == [(1, ["a", "b"]), (2, ["1", "two\r\nlines"]), (4, ["3", "4"])]


def test_equal_cells_are_one_object(tmp_path: Path) -> None:
    first, second = stream_csv(source(tmp_path, b"a long cell,1\r\na long cell,2\r\n"))
    assert first[1][0] is second[1][0]


def test_one_byte_that_is_not_utf_8_makes_the_file_windows_1252_even_behind_the_first_chunk(tmp_path: Path) -> None:
    content = b"a,b\r\n" + b"x,y\r\n" * (CHUNK_BYTES // 5) + b"caf\xe9,z\r\n"
    *_, last = stream_csv(source(tmp_path, content))
    assert last[1] == ["café", "z"]


def test_a_character_across_two_chunks_stays_utf_8(tmp_path: Path) -> None:
    lines = b"abc\r\n" * (CHUNK_BYTES // 5)
    content = lines + b"x" * (CHUNK_BYTES - 1 - len(lines)) + "é".encode() + b"\r\n"
    *_, last = stream_csv(source(tmp_path, content))
    assert last[1][0].endswith("é")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no records"),
        (b"\r\n \r\n", "no records"),
        (b"a\x00b", "NUL"),
        (b'a,"b\r\n', "not valid CSV"),
        (b"\x81\xff", "neither"),
    ],
)
def test_what_is_no_table_is_refused_with_the_files_name(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(FileRefused, match=rf"a name\.csv: .*{message}"):
        list(stream_csv(source(tmp_path, content)))
