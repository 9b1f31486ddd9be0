"""A file is what its bytes say, whatever its name says."""

import gzip
from pathlib import Path

import pytest
from support_acquisition import a_spec, a_workbook, a_zip, an_ods

from orchestration.acquisition.sniff import check_content, content_kind, page_title
from orchestration.errors import FileRefused

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def written(folder: Path, content: bytes) -> Path:
    path = folder / "a.file"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"Period,Org Code\nAPRIL,RXH\n", "csv"),
        (b"\xef\xbb\xbfPeriod,Org\n", "csv"),
        ("Period,Org\n".encode("utf-16"), "csv"),
        ("Trust,Name\nR1,St Mary\u2019s\n".encode("cp1252"), "csv"),
        (a_zip({"a.csv": b"x"}), "zip"),
        (a_workbook(), "xlsx"),
        (a_zip({"[Content_Types].xml": b"", "xl/workbook.bin": b""}), "xlsb"),
        (a_zip({"[Content_Types].xml": b"", "word/document.xml": b""}), "binary"),
        (an_ods(), "ods"),
        (OLE + "Workbook".encode("utf-16-le"), "xls"),
        (OLE + "WordDocument".encode("utf-16-le"), "binary"),
        (gzip.compress(b"a,b\n", mtime=0), "gzip"),
        (b"PAR1....PAR1", "parquet"),
        (b"\n<!DOCTYPE html><html><head>", "html"),
        (b"<?xml version='1.0'?><html xmlns='x'>", "html"),
        (b"<?xml version='1.0'?><Workbook/>", "binary"),
        (b'{"error": "gone"}', "json"),
        (b"%PDF-1.7 ", "pdf"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "binary"),
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
    ],
)
def test_the_kind_follows_from_the_bytes(tmp_path: Path, content: bytes, kind: str) -> None:
    assert content_kind(written(tmp_path, content)) == kind


def test_text_that_mentions_html_in_a_cell_stays_a_table(tmp_path: Path) -> None:
    assert content_kind(written(tmp_path, b'code,note\nRXH,"<html> in a cell"\n')) == "csv"


def test_an_allowed_kind_is_returned(tmp_path: Path) -> None:
    path = written(tmp_path, a_zip({"a.csv": b"x"}))
    assert check_content(path, "a.zip", a_spec(kinds=("csv", "zip"))) == "zip"


def test_a_kind_that_no_layout_has_is_refused_with_the_kinds_it_has(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match=r"report\.csv: the content is a pdf file; ae_test is published as csv, zip"):
        check_content(written(tmp_path, b"%PDF-1.7"), "report.csv", a_spec(kinds=("zip", "csv")))


def test_a_file_above_the_cap_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestration.acquisition.sniff.MAX_FILE_BYTES", 3)
    with pytest.raises(FileRefused, match="more than 3 are not read"):
        check_content(written(tmp_path, b"a,b\n"), "a.csv", a_spec())


def test_a_parquet_file_without_its_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="cut short"):
        check_content(written(tmp_path, b"PAR1 and then nothing"), "a.parquet", a_spec(kinds=("parquet",)))


def test_a_page_without_a_title_says_so(tmp_path: Path) -> None:
    assert page_title(written(tmp_path, b"<html><body>")) == "no title"


def test_real_publications_are_what_they_look_like(real_data: Path) -> None:
    kinds = {
        "talking_therapies/measures_annual.parquet": "parquet",
        "ods_trusts/etrust.csv.gz": "gzip",
        "rtt/Full-CSV-data-file-Jan26-ZIP-4M-WL5BiP.zip": "zip",
        "dm01/Monthly-Diagnostics-Web-File-Provider-October-2024.xls": "xls",
        "inpatient_survey/Adult-Inpatient-Survey-2022.ods": "ods",
        "imd/File_1_ID_2015_Index_of_Multiple_Deprivation.xlsx": "xlsx",
    }
    for name, kind in kinds.items():
        assert check_content(real_data / name, name, a_spec(kinds=(kind,))) == kind
    for path in (real_data / "ae_monthly").glob("*.csv"):
        assert content_kind(path) == "csv"


def test_a_real_zip_with_a_workbook_in_it_is_not_a_nested_archive(real_data: Path) -> None:
    assert check_content(real_data / "gp_practices" / "epcn.zip", "epcn.zip", a_spec(kinds=("zip",))) == "zip"
