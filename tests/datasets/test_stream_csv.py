"""Reading a large delimited file record by record."""

import io

import pytest

from orchestration.datasets.reading import CHUNK_BYTES, CsvStream
from orchestration.errors import FileRefused


def stream(content: bytes) -> CsvStream:
    return CsvStream("a name.csv", lambda: io.BytesIO(content))


def test_records_bear_their_number_and_blank_lines_are_left_out() -> None:
    content = b'\xef\xbb\xbfa,b\r\n1,"two\r\nlines"\r\n,\r\n3,4\r\n'
    assert list(stream(content)) == [(1, ["a", "b"]), (2, ["1", "two\r\nlines"]), (4, ["3", "4"])]


def test_equal_cells_are_one_object() -> None:
    first, second = stream(b"a long cell,1\r\na long cell,2\r\n")
    assert first[1][0] is second[1][0]


def test_one_byte_that_is_not_utf_8_makes_the_file_windows_1252_even_behind_the_first_chunk() -> None:
    content = b"a,b\r\n" + b"x,y\r\n" * (CHUNK_BYTES // 5) + b"caf\xe9,z\r\n"
    *_, last = stream(content)
    assert last[1] == ["café", "z"]


def test_the_last_byte_of_the_file_can_be_the_one_that_is_not_utf_8() -> None:
    in_the_middle_of_a_character = stream(b"a,b\r\n1,caf\xe9")
    assert [cells for _, cells in in_the_middle_of_a_character] == [["a", "b"], ["1", "café"]]
    assert in_the_middle_of_a_character.notes == ("decoded as Windows-1252",)


def test_white_space_around_cells_is_stripped_and_blank_records_are_counted() -> None:
    records = stream(b"a , b\n , \n1,2\n\n")
    assert list(records) == [(1, ["a", "b"]), (3, ["1", "2"])]
    assert records.count == 4


def test_a_character_across_two_chunks_stays_utf_8() -> None:
    lines = b"abc\r\n" * (CHUNK_BYTES // 5)
    content = lines + b"x" * (CHUNK_BYTES - 1 - len(lines)) + "é".encode() + b"\r\n"
    *_, last = stream(content)
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
def test_what_is_no_table_is_refused_with_the_files_name(content: bytes, message: str) -> None:
    with pytest.raises(FileRefused, match=rf"a name\.csv: .*{message}"):
        list(stream(content))
