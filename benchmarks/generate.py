"""A seeded content repository of the family's shape, for measuring.

    python -m benchmarks.generate FOLDER --documents 7000 [--repetition 35] [--story 1] [--seed 1]

The proportions are those counted in a real repository of the family (7,162 documents, 137 MB of
front matter): seven documents in ten are news, a news document lists 32 related articles on
average, and a related article is listed by about ``repetition`` documents, each time as the
same block of text. With ``story`` that article is another document, as in the family: so many news documents in
a row tell the same story and list each other; the others that one lists, which list it, too, are from
other days. Then ``repetition`` does not count, an article is listed 32 times. The same arguments always write the
same bytes.
"""

import argparse
import base64
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

_WORDS = (
    "river harbour lantern signal orchard copper meadow engine violet quarry summit ledger canvas "
    "timber beacon gravel falcon cinder willow anchor marble saffron thunder pepper velvet crystal "
    "shadow garden bridge winter silver market castle forest island valley tunnel mirror planet "
    "model learns vision agent robot neural speech data cloud chip research ethics policy startup"
).split()
_TOPICS = [
    "Computer Vision",
    "AI",
    "Robotics",
    "Speech",
    "Ethics",
    "Chips",
    "Health",
    "Climate",
    "Self-Driving",
    "Language",
    "Research",
    "Startups",
]
_NEWS_SHARE, _LEARNING_SHARE = 0.70, 0.25
_RELATED_PER_NEWS = 32
# Ten documents a day are news: these are more than three days away, which tells stories apart.
_STEPS, _EACH_WAY = range(33, 129), 14
_WITH_IMAGES = 0.71
_WITH_AMP = 0.33


class Repository:
    """One generated repository: ``write`` puts it into a folder, ``texts`` gives a document after the other."""

    def __init__(self, documents: int, repetition: float = 35, seed: int = 1, story: int = 1):
        self.random = random.Random(seed)
        self.documents, self.story = documents, story
        self.publishers = [self._publisher(i) for i in range(max(12, documents // 40))]
        news = int(documents * _NEWS_SHARE)
        articles = max(_RELATED_PER_NEWS, int(news * _RELATED_PER_NEWS / repetition)) if story == 1 else news
        self.addresses = [self._address(i) for i in range(news)] if story > 1 else []
        self.articles = [self._article(i) for i in range(articles)]
        # How many places further on the articles stand that a news document lists, and whose documents list it.
        self.steps = [bytes(self.random.sample(_STEPS, _EACH_WAY)) for _ in self.addresses]

    def write(self, folder: Path) -> None:
        """Write every document below ``folder``, which is created."""
        for path, text in self.texts():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="")

    def texts(self) -> Iterator[tuple[str, str]]:
        """The path and the text of every document."""
        news = int(self.documents * _NEWS_SHARE)
        learning = int(self.documents * _LEARNING_SHARE)
        for number in range(self.documents):
            if number < news:
                path, head = self._news(number, news)
            elif number < news + learning:
                path, head = self._learning(number - news)
            else:
                path, head = self._organization(number - news - learning)
            yield path, f"---\n{head}---\n\n"

    def _address(self, number: int) -> tuple[str, str, str, str]:
        """Title, publisher and name of a news document that others list."""
        title = self._words(5, 12)
        return title, *self.random.choice(self.publishers), f"{title.lower().replace(' ', '-')}-{number}"

    def _words(self, least: int, most: int) -> str:
        return " ".join(self.random.choices(_WORDS, k=self.random.randint(least, most))).capitalize()

    def _publisher(self, number: int) -> tuple[str, str]:
        word = self.random.choice(_WORDS)
        return f"{word.capitalize()} Post {number}", f"{word}-post-{number}.example"

    def _secured(self) -> str:
        body = base64.b64encode(self.random.randbytes(240)).decode()
        return f'"{body};{base64.b64encode(self.random.randbytes(16)).decode()}"'

    def _article(self, number: int) -> str:
        """The block of text of one related article: the same wherever it is listed."""
        day = _day(number * 0.1)
        if self.addresses:
            title, name, domain, slug = self.addresses[number]
            slug = f"{day:%Y/%m/%d}/{slug}"
        else:
            name, domain = self.random.choice(self.publishers)
            slug = f"{day:%Y/%m/%d}/{self._words(4, 8).lower().replace(' ', '-')}-{number}"
            title = f"{self._words(6, 14)}: what’s next"
        lines = [
            f'  - title: "{title}"',
            f'    excerpt: "{self._words(18, 48)} …"',
            f"    publishedDateTime: {day:%Y-%m-%dT%H:%M:%SZ}",
            f'    webUrl: "https://{domain}/{slug}/"',
        ]
        if self.random.random() < _WITH_AMP:
            lines += [
                f'    ampWebUrl: "https://{domain}/{slug}/amp/"',
                f'    cdnAmpWebUrl: "https://{domain.replace(".", "-")}.cdn.example/c/s/{domain}/{slug}/amp/"',
            ]
        lines += [
            "    type: article",
            "    provider:",
            f"      name: {name}",
            f"      domain: {domain}",
            f"    quality: {self.random.randint(1, 100)}",
        ]
        if self.random.random() < _WITH_IMAGES:
            lines += [
                "    images:",
                f'      - url: "https://{domain}/images/{slug}.jpg?w=1200"',
                f"        width: {self.random.choice([640, 1024, 1200])}",
                f"        height: {self.random.choice([360, 630, 683])}",
                "        isCached: true",
            ]
        return "\n".join(lines) + "\n"

    def _news(self, number: int, news: int) -> tuple[str, str]:
        day = _day(number / news * len(self.articles) * 0.1)
        if self.addresses:
            title, name, domain, slug = self.addresses[number]
        else:
            name, domain = self.random.choice(self.publishers)
            title = self._words(5, 12)
            slug = f"{title.lower().replace(' ', '-')}-{number}"
        head = (
            f'category: news\ntitle: "{title}"\nexcerpt: "{self._words(30, 60)} …"\n'
            f"publishedDateTime: {day:%Y-%m-%dT%H:%M:%SZ}\n"
            f"originalUrl: https://{domain}/{day:%Y/%m/%d}/{slug}/\n"
            f'webUrl: "https://{domain}/{day:%Y/%m/%d}/{slug}/"\ntype: article\n'
            f"quality: {self.random.randint(1, 100)}\nheat: {self.random.randint(-1, 200)}\n"
            f"published: {self.random.choice(['true', 'false'])}\n\n"
            f"provider:\n  name: {name}\n  domain: {domain}\n\n"
            f"topics:\n{self._topics()}\n{self._images(domain, slug)}\n"
            f"related:\n{self._related(number, news)}\nsecured: {self._secured()}\n"
        )
        return f"_news/{day:%Y-%m-%d}-{slug}.md", head

    def _topics(self) -> str:
        return "".join(f"  - {topic}\n" for topic in self.random.sample(_TOPICS, self.random.randint(1, 2)))

    def _images(self, domain: str, slug: str) -> str:
        address = f"https://{domain}/images/{slug}.jpg"
        return f'images:\n  - url: "{address}"\n    width: 1024\n    height: 683\n    isCached: true\n'

    def _related(self, number: int, news: int) -> str:
        """Articles from around the document's own day, as an editor would link them."""
        if self.addresses:
            return "".join(self.articles[each] for each in self._listed(number, news))
        middle = number / news * len(self.articles)
        reach = 4 * _RELATED_PER_NEWS
        low = max(0, min(int(middle) - reach, len(self.articles) - 2 * reach))
        pool = self.articles[low : low + 2 * reach]
        count = min(len(pool), self.random.randint(_RELATED_PER_NEWS // 2, _RELATED_PER_NEWS * 3 // 2))
        return "".join(self.random.sample(pool, count))

    def _listed(self, number: int, news: int) -> list[int]:
        """The numbers of the news documents that one lists: those of its story, and others, which list it, too."""
        first = number - number % self.story
        same = [each for each in range(first, min(first + self.story, news)) if each != number]
        later = [number + step for step in self.steps[number]]
        earlier = [number - step for step in _STEPS if step <= number and step in self.steps[number - step]]
        return [*same, *(each for each in later if each < news), *earlier]

    def _learning(self, number: int) -> tuple[str, str]:
        name, domain = self.random.choice(self.publishers)
        title = self._words(4, 9)
        slug = f"{title.lower().replace(' ', '-')}-{number}"
        head = (
            f'title: "{title}"\nexcerpt: "{self._words(20, 50)}"\n'
            f"originalUrl: https://{domain}/learn/{slug}\ntype: video\nprice: Free\n"
            f"length: PT{self.random.randint(2, 59)}M{self.random.randint(1, 59)}S\n"
            f"heat: {self.random.randint(1, 90)}\n\nprovider:\n  name: {name}\n  domain: {domain}\n\n"
            f"levels:\n  - Beginner\n\ntopics:\n{self._topics()}\n{self._images(domain, slug)}\n"
            f"secured: {self._secured()}\n"
        )
        return f"_learning/videos/{slug}.md", head

    def _organization(self, number: int) -> tuple[str, str]:
        word = self.random.choice(_WORDS)
        head = (
            f"taxonomy: organization\n_id: {word}-{number}.example\nname: {word.capitalize()} {number}\n"
            f"domain: {word}-{number}.example\nimages:\n"
            f"  - url: /assets/{word}-{number}-50x50.jpg\n    width: 50\n    height: 50\n"
            f"  - url: /assets/{word}-{number}-400x400.jpg\n    width: 400\n    height: 400\n"
        )
        return f"_data/organizations/{word}-{number}.example.md", head


def _day(days: float) -> datetime:
    return datetime(2018, 1, 1) + timedelta(days=days)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write a generated content repository.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--documents", type=int, default=7_000)
    parser.add_argument("--repetition", type=float, default=35)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--story", type=int, default=1)
    given = parser.parse_args()
    Repository(given.documents, given.repetition, given.seed, given.story).write(given.folder)
