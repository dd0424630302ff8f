import pathlib
import re

PAGE = pathlib.Path(__file__).parents[3] / "docs" / "client.md"


def test_what_the_page_says_of_list_heads_lists_them(service, capsys):
    (sample,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    exec(sample.replace("localhost:8080", service.address), {})
    assert "'softmax'" in (printed := capsys.readouterr().out) and "'iris'" in printed
