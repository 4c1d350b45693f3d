"""A file that is written atomically is there whole or as it was, and nothing else is left."""

import os
import signal
import subprocess
import sys

import pytest

from ae_course.files import atomic_write


def test_it_takes_the_place_of_an_older_file_at_the_end(tmp_path):
    path = tmp_path / "model.npz"
    path.write_bytes(b"old")
    with atomic_write(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["model.npz"]


def interrupted(path):
    with atomic_write(path) as file:
        file.write(b"ne")
        raise KeyboardInterrupt


def test_an_error_leaves_the_older_file_or_none(tmp_path):
    path = tmp_path / "model.npz"
    for before in (None, b"old"):
        if before:
            path.write_bytes(before)
        with pytest.raises(KeyboardInterrupt):
            interrupted(path)
        assert os.listdir(tmp_path) == (["model.npz"] if before else [])
    assert path.read_bytes() == b"old"


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no such signal")
def test_a_killed_program_leaves_the_older_file(tmp_path):
    path = tmp_path / "model.npz"
    path.write_bytes(b"old")
    code = (
        "import os, sys; from ae_course.files import atomic_write\n"
        "with atomic_write(sys.argv[1]) as file:\n"
        "    file.write(b'new' * 100000); os.kill(os.getpid(), 9)"
    )
    run = subprocess.run([sys.executable, "-c", code, path], check=False)
    assert run.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"old"


def test_a_folder_that_is_not_there_is_named(tmp_path):
    new = atomic_write(tmp_path / "new" / "model.npz")
    with pytest.raises(FileNotFoundError, match=r"no such folder: '.*new'"), new:
        raise AssertionError("it was opened")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_disk_without_room_is_said_of_the_file_and_leaves_the_older_one(tmp_path):
    path = tmp_path / "model.npz"
    path.write_bytes(b"old")
    code = (
        "import resource, signal, sys; from ae_course.files import atomic_write\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "with atomic_write(sys.argv[1]) as file:\n"
        "    file.write(bytes(100000))"
    )
    run = subprocess.run([sys.executable, "-c", code, path], capture_output=True, check=False)
    assert run.stderr.decode().strip().endswith(f"File too large: {str(path)!r}")
    assert (path.read_bytes(), os.listdir(tmp_path)) == (b"old", ["model.npz"])


def test_what_the_system_refuses_is_said_of_the_file_that_was_asked_for(tmp_path, monkeypatch):
    def refused(partial, *_):
        raise PermissionError(13, "Permission denied", str(partial))

    monkeypatch.setattr(os, "replace", refused)
    new = atomic_write(tmp_path / "model.npz")
    with pytest.raises(PermissionError, match=r"Permission denied: '.*model\.npz'$"), new as file:
        file.write(b"new")
    assert os.listdir(tmp_path) == []


def test_an_error_about_another_file_stays_as_it_is(tmp_path):
    new = atomic_write(tmp_path / "model.npz")
    with pytest.raises(FileNotFoundError, match="'/no/such/source'"), new:
        os.stat("/no/such/source")


def test_an_error_in_words_alone_keeps_them(tmp_path):
    new = atomic_write(tmp_path / "model.npz")
    with pytest.raises(OSError, match=r"^the cable is out$"), new:
        raise OSError("the cable is out")
