"""Where checkpoints are kept."""

from __future__ import annotations

from pathlib import Path

from common.audit.place import Folder


def test_the_folder_and_what_is_made_above_it_are_their_owners_only(tmp_path: Path) -> None:
    folder = tmp_path / "audit" / "log"
    Folder(folder).append(lambda last: b"line")
    assert [oct(one.stat().st_mode & 0o777) for one in (folder.parent, folder)] == ["0o700", "0o700"]
    assert [oct(one.stat().st_mode & 0o777) for one in folder.glob("*.jsonl")] == ["0o600"]
