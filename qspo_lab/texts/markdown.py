"""Markdown as a tree of plain lists, so that no text of anybody becomes HTML on its way to the page."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

Tree = list[Any]
"""``[tag, *children]`` where a child is a text or a tree."""

ALLOWED = {"p", "strong", "em", "ul", "ol", "li", "code"}


def markdown_tree(text: str) -> list[Tree]:
    """Turn Markdown into trees.

    Parameters
    ----------
    text
        Markdown with paragraphs, emphasis and lists. Links become their text, HTML stays text.

    Returns
    -------
    list of trees
        ``[tag, *children]``; tags are ``p strong em ul ol li code br`` only.

    Examples
    --------
    >>> markdown_tree("Two **bold** words")
    [['p', 'Two ', ['strong', 'bold'], ' words']]
    """
    root: Tree = ["root"]
    stack = [root]
    for token in _parser().parse(text):
        if token.type == "inline":
            _inline(token.children or [], stack[-1])
        elif token.nesting == 1:
            stack.append([token.tag if token.tag in ALLOWED else "p"])
        elif token.nesting == -1:
            done = stack.pop()
            hidden = done[0] == "p" and stack[-1][0] == "li"
            stack[-1].extend(done[1:] if hidden else [done])
        elif token.content:
            stack[-1].append(["p", token.content])
    return root[1:]


def _inline(tokens: list[Any], into: Tree) -> None:
    stack = [into]
    for token in tokens:
        if token.nesting == 1:
            stack.append([token.tag if token.tag in ALLOWED else "span"])
        elif token.nesting == -1:
            done = stack.pop()
            stack[-1].extend(done[1:] if done[0] == "span" else [done])
        elif token.type == "softbreak":
            stack[-1].append(" ")
        elif token.type == "hardbreak":
            stack[-1].append(["br"])
        elif token.type == "code_inline":
            stack[-1].append(["code", token.content])
        elif token.content:
            stack[-1].append(token.content)


@lru_cache(maxsize=1)
def _parser() -> Any:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).disable(["image", "html_block", "html_inline"])
