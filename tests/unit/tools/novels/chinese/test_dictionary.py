"""Reading the word list of jieba."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from tools.novels.chinese.dictionary import load_dictionary


def test_everyday_words_people_and_places_are_told_apart() -> None:
    dictionary = load_dictionary()

    assert "高兴" in dictionary.words
    assert "安娜" in dictionary.people
    assert "北京" in dictionary.places


def test_all_threads_share_one_dictionary() -> None:
    with ThreadPoolExecutor(4) as pool:
        loaded = [pool.submit(load_dictionary) for _ in range(8)]

    assert len({id(dictionary.result()) for dictionary in loaded}) == 1


def test_the_segmenter_is_not_imported_and_nothing_is_printed() -> None:
    """Importing jieba would log to standard error and write a cache file."""
    program = (
        "import sys\n"
        "from tools.novels.chinese.dictionary import load_dictionary\n"
        "load_dictionary()\n"
        "sys.exit('jieba' in sys.modules)\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False, timeout=60)

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
