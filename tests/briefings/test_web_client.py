from __future__ import annotations

import gzip
import socket
import time

import pytest

from briefings import web_client
from briefings.errors import AddressForbidden, FeedMalformed, FeedTooLarge, FeedUnreachable


def test_an_answer_comes_with_its_status_headers_and_body(outlet):
    url = outlet.serves("/feed.xml", "<rss/>", ETag='"one"')
    response = web_client.get(url)
    assert (response.status, response.body, response.headers["etag"]) == (200, b"<rss/>", '"one"')


def test_validators_are_sent_and_nothing_that_identifies_a_reader(outlet):
    url = outlet.serves("/feed.xml", "<rss/>", Set_Cookie="a=b")
    web_client.get(url)
    web_client.get(url, etag='"one"', last_modified="Mon, 01 Jan 2024 00:00:00 GMT")
    headers = outlet.asked("/feed.xml")[1]
    assert headers["if-none-match"] == '"one"'
    assert headers["if-modified-since"] == "Mon, 01 Jan 2024 00:00:00 GMT"
    assert headers["user-agent"].startswith("Tandem/")
    assert not {"cookie", "referer", "authorization"} & set(headers)


@pytest.mark.parametrize(
    ("asked", "path"), [("/b//c?x=1#f", "/b//c?x=1"), ("", "/"), ("?q", "/?q"), ("/a b/é", "/a%20b/%C3%A9")]
)
def test_path_and_query_are_asked_as_they_stand(outlet, asked, path):
    outlet.serves(path, "yes")
    assert web_client.get(outlet.url(asked)).body == b"yes"


def test_a_packed_answer_is_unpacked(outlet):
    url = outlet.serves("/feed.xml", gzip.compress(b"<rss/>" * 1000), Content_Encoding="gzip")
    assert web_client.get(url).body == b"<rss/>" * 1000


def test_a_redirect_is_followed_and_the_last_address_told(outlet):
    outlet.serves("/new.xml", "<rss/>")
    response = web_client.get(outlet.redirects("/old.xml", "/new.xml"))
    assert response.url == outlet.url("/new.xml")


def test_a_redirect_in_a_circle_is_unreachable(outlet):
    outlet.redirects("/b", "/a")
    with pytest.raises(FeedUnreachable, match="circle"):
        web_client.get(outlet.redirects("/a", "/b"))


def test_more_than_five_redirects_are_refused(outlet):
    for n in range(8):
        outlet.redirects(f"/{n}", f"/{n + 1}")
    with pytest.raises(FeedUnreachable, match="more than 5"):
        web_client.get(outlet.url("/0"))


def test_a_redirect_to_a_credentials_address_is_forbidden_even_where_private_ones_are_allowed(outlet):
    url = outlet.redirects("/a", "http://169.254.169.254/latest/meta-data/")
    with pytest.raises(AddressForbidden, match=r"redirects to http://169\.254\.169\.254"):
        web_client.get(url)


def test_a_redirect_to_another_scheme_is_forbidden(outlet):
    with pytest.raises(AddressForbidden):
        web_client.get(outlet.redirects("/a", "file:///etc/passwd"))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://①②⑦.⓪.⓪.①/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://10.0.0.1/",
        "http://100.64.0.1/",
        "http://169.254.169.254/",
        "http://192.168.1.1/",
        "http://224.0.0.1/",
        "http://0.0.0.0/",
        "http://localhost/",
        "http://[fd00:ec2::254]/",
    ],
)
def test_no_address_but_a_public_one_is_connected_to(url):
    with pytest.raises(AddressForbidden):
        web_client.get(url, timeout_s=3)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://",
        "//a.example/",
        "http://a:b@c.example/",
    ],
)
def test_no_scheme_but_the_webs_and_no_credentials_are_taken(url):
    with pytest.raises(AddressForbidden):
        web_client.get(url)


def test_ports_other_than_the_webs_are_forbidden():
    with pytest.raises(AddressForbidden, match="8080"):
        web_client.get("http://a.example:8080/")


def test_a_name_that_changes_its_answer_to_a_private_address_is_forbidden(monkeypatch):
    answers = iter(["93.184.216.34", "127.0.0.1"])

    def resolve(host, port, *args, **kwargs):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    def connect(sock, where):
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(FeedUnreachable):
        web_client.get("http://rebinding.example/")
    with pytest.raises(AddressForbidden):
        web_client.get("http://rebinding.example/")


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "93.184.216.34"])
def test_a_public_address_is_allowed(address):
    assert web_client.check_address("a.example", address) is None  # a refusal is raised


def test_no_proxy_of_the_environment_is_used(outlet, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert web_client.get(outlet.serves("/feed.xml", "<rss/>")).status == 200


@pytest.mark.parametrize("says_length", [True, False], ids=["with a length", "until the connection ends"])
def test_a_drip_is_cut_at_the_deadline(outlet, says_length):
    started = time.monotonic()
    with pytest.raises(FeedUnreachable, match="not complete"):
        web_client.get(outlet.drips("/slow", says_length=says_length), timeout_s=0.6)
    assert time.monotonic() - started < 2


def test_a_server_that_never_answers_is_given_up(outlet):
    with pytest.raises(FeedUnreachable, match="no answer"):
        web_client.get(outlet.stalls("/stall"), timeout_s=0.4)


def test_an_answer_over_the_limit_is_refused_before_it_is_read(outlet):
    with pytest.raises(FeedTooLarge):
        web_client.get(outlet.serves("/huge", b"x" * 5000), max_bytes=1000)


def test_the_limit_counts_unpacked_bytes(outlet):
    noise = bytes(range(256)) * 40
    url = outlet.serves("/feed", gzip.compress(noise), Content_Encoding="gzip")
    with pytest.raises(FeedTooLarge):
        web_client.get(url, max_bytes=len(noise) - 1)


def test_a_compression_bomb_is_refused(outlet):
    url = outlet.serves("/bomb", gzip.compress(b" " * 30_000_000), Content_Encoding="gzip")
    with pytest.raises(FeedTooLarge, match="100 times"):
        web_client.get(url, max_bytes=100_000_000)


def test_damaged_compression_is_malformed(outlet):
    with pytest.raises(FeedMalformed):
        web_client.get(outlet.serves("/feed", b"no gzip at all", Content_Encoding="gzip"))


@pytest.mark.parametrize(("value", "low", "high"), [("120", 120, 120), ("Fri, 01 Jan 2100 00:00:00 GMT", 1e9, 1e10)])
def test_retry_after_is_read_in_both_forms(outlet, value, low, high):
    response = web_client.get(outlet.serves("/feed", b"", status=429, Retry_After=value))
    assert response.status == 429
    assert low <= response.retry_after_s <= high


def test_size_and_time_are_limited_by_the_settings(outlet, settings):
    settings.FETCH_MAX_BYTES, settings.FETCH_TIMEOUT_S = 10, 0.3
    with pytest.raises(FeedTooLarge):
        web_client.get(outlet.serves("/feed", b"x" * 11))
    with pytest.raises(FeedUnreachable, match=r"within 0.3 seconds"):
        web_client.get(outlet.stalls("/slow", 2))


@pytest.mark.parametrize("value", ["soon", "\xb2", ""])  # a digit that is no number
def test_a_retry_after_that_says_nothing_is_none(outlet, value):
    assert web_client.get(outlet.serves("/feed", b"", status=429, Retry_After=value)).retry_after_s is None


def test_a_refused_connection_is_unreachable(settings):
    settings.ALLOW_PRIVATE_ADDRESSES = True
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(FeedUnreachable, match="accepts no connection"):
        web_client.get(f"http://127.0.0.1:{port}/")


def test_a_server_that_speaks_no_tls_is_named_so(outlet):
    with pytest.raises(FeedUnreachable, match="no secure connection"):
        web_client.get(outlet.url("/").replace("http:", "https:"))


def test_an_unknown_name_is_named_so(monkeypatch):
    def unknown(*args, **kwargs):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(FeedUnreachable, match=r"nowhere\.example is unknown"):
        web_client.get("http://nowhere.example/")
