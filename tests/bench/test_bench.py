from tests.bench.__main__ import PARTS, main


def test_the_bench_measures_every_part_and_writes_a_page(tmp_path):
    page = tmp_path / "benchmarks.md"

    main(["--quick", "--rounds", "1", "--output", str(page)])

    text = page.read_text("utf-8")
    titles = [line.removeprefix("## ").lower() for line in text.splitlines() if line.startswith("## ")]
    assert titles == list(PARTS)
    assert "fsync on" in text
    assert "| 4 writers | Shezhire |" in text
    assert "| ProjectionRunner, one table | 200 |" in text
    assert "emmett is left out of a quick run" in text
