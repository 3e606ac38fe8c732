"""What the setting `allow` lets flows reach."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turbo_yaml.errors import UsageError
from turbo_yaml.tools.allowed import Allowed, is_public, read_address


@pytest.mark.parametrize(
    ("entry", "host", "port"),
    [
        ("http:api.example.com", "api.example.com", 443),
        ("http:api.example.com", "API.Example.com.", 80),
        ("http:api.example.com:8443", "api.example.com", 8443),
        ("http:api.example.com:*", "api.example.com", 1234),
        ("http:*.example.com", "a.b.example.com", 443),
        ("http:*", "anything.example", 443),
        ("http:*", "93.184.216.34", 443),
        ("http:127.0.0.1:8080", "127.0.0.1", 8080),
        ("http:[::1]:8080", "[::1]", 8080),
        ("http:[fd00::/8]:80", "fd12::1", 80),
        ("http:10.0.0.0/8", "10.1.2.3", 80),
        ("http:localhost:8080", "localhost", 8080),
        ("http:localhost:8080", "127.0.0.1", 8080),
        ("http:10.0.0.1", "::ffff:10.0.0.1", 80),
    ],
)
def test_a_host_that_is_listed_is_allowed(entry: str, host: str, port: int) -> None:
    assert Allowed.of([entry]).host(host, port)


@pytest.mark.parametrize(
    ("entry", "host", "port"),
    [
        ("http:api.example.com", "example.com", 443),
        ("http:api.example.com", "api.example.com.evil.org", 443),
        ("http:api.example.com", "evilapi.example.com", 443),
        ("http:api.example.com", "api.example.com", 8443),
        ("http:api.example.com:8443", "api.example.com", 443),
        ("http:*.example.com", "example.com", 443),
        ("http:*.example.com", ".example.com", 443),
        ("http:*.example.com", "evilexample.com", 443),
        ("http:*", "localhost", 80),
        ("http:*", "x.localhost", 80),
        ("http:*", "127.0.0.1", 80),
        ("http:*", "169.254.169.254", 80),
        ("http:*", "::ffff:127.0.0.1", 80),
        ("http:*", "", 80),
        ("http:10.0.0.0/8", "11.0.0.1", 80),
        ("http:127.0.0.1", "2130706433", 80),
        ("http:127.0.0.1", "0x7f.1", 80),
        ("mcp:api.example.com", "api.example.com", 443),
        ("secret:KEY@api.example.com", "api.example.com", 443),
    ],
)
def test_a_host_that_is_not_listed_is_refused(entry: str, host: str, port: int) -> None:
    assert not Allowed.of([entry]).host(host, port)


def test_nothing_is_allowed_without_entries() -> None:
    nothing = Allowed.of(None)
    assert not nothing.host("api.example.com", 443)
    assert not nothing.command(["echo"])
    assert not nothing.server("https://mcp.example.com/")
    assert not nothing.secret("KEY", host="api.example.com", port=443)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.0.0.1",
        "192.0.2.1", "192.168.1.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:a00:1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
        "::127.0.0.1", "2001:0:5ef5:79fb:0:0:80ff:fffe",
    ],
)  # fmt: skip
def test_an_address_that_is_not_of_the_open_internet_is_refused(address: str) -> None:
    read = read_address(address)
    assert read is not None and not is_public(read)
    assert not Allowed.of(["http:*", "http:api.example.com"]).address(address, 443)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_an_address_of_the_open_internet_may_be_connected_to(address: str) -> None:
    assert Allowed.of([]).address(address, 443)


def test_a_private_address_may_be_connected_to_where_it_or_its_range_is_listed() -> None:
    allowed = Allowed.of(["http:shop.intern", "http:10.2.0.0/16", "http:127.0.0.1:8080"])
    assert allowed.address("10.2.3.4", 443)
    assert not allowed.address("10.3.3.4", 443)
    assert allowed.address("127.0.0.1", 8080)
    assert not allowed.address("127.0.0.1", 8081)


@given(st.integers(0, 2**32 - 1))
def test_an_address_of_ipv4_is_as_public_inside_ipv6_as_outside(number: int) -> None:
    from ipaddress import IPv4Address, IPv6Address

    plain = IPv4Address(number)
    mapped = read_address(str(IPv6Address(0xFFFF00000000 | number)))
    translated = read_address(str(IPv6Address(int(IPv6Address("64:ff9b::")) | number)))
    assert mapped == translated == plain


@pytest.mark.parametrize(
    ("entry", "words", "fits"),
    [
        ("mcp:time-server", ["time-server"], True),
        ("mcp:time-server", ["time-server", "--write"], False),
        ("mcp:npx -y @files/server '/my data'", ["npx", "-y", "@files/server", "/my data"], True),
        ("mcp:npx -y @files/server", ["npx", "-y", "@evil/server"], False),
        ("mcp:npx", ["npx", "-y", "@evil/server"], False),
        ("mcp:uvx time-server *", ["uvx", "time-server", "--zone", "UTC"], True),
        ("mcp:uvx time-server *", ["uvx", "other"], False),
        ("mcp:*", ["anything"], False),
    ],
)
def test_all_words_of_a_command_count(entry: str, words: list[str], fits: bool) -> None:
    assert Allowed.of([entry]).command(words) is fits


@pytest.mark.parametrize(
    ("address", "fits"),
    [
        ("https://mcp.example.com/team", True),
        ("https://mcp.example.com:443/team/", True),
        ("https://mcp.example.com/team/files", True),
        ("https://mcp.example.com/teams", False),
        ("https://mcp.example.com/team/../admin", False),
        ("https://mcp.example.com/team/%2e%2e/admin", False),
        ("https://mcp.example.com/", False),
        ("http://mcp.example.com/team", False),
        ("https://mcp.example.com:8443/team", False),
        ("https://mcp.example.com.evil.org/team", False),
    ],
)
def test_an_mcp_address_is_allowed_with_what_is_below_it(address: str, fits: bool) -> None:
    assert Allowed.of(["mcp:https://mcp.example.com/team"]).server(address) is fits


def test_a_secret_goes_only_where_its_own_entry_says() -> None:
    allowed = Allowed.of(["secret:SHOP_KEY@api.example.com", "secret:GIT@git-server --stdio"])
    assert allowed.secret("SHOP_KEY", host="api.example.com", port=443)
    assert not allowed.secret("SHOP_KEY", host="evil.example.org", port=443)
    assert not allowed.secret("OPENAI_API_KEY", host="api.example.com", port=443)
    assert allowed.secret("GIT", command=["git-server", "--stdio"])
    assert not allowed.secret("GIT", command=["git-server"])
    assert not allowed.secret("SHOP_KEY", command=["git-server", "--stdio"])


@pytest.mark.parametrize(
    "entry",
    [
        "", "api.example.com", "http:", "http:https://api.example.com", "http:a.example/path", "https:x",
        "http:a b", "http:x:99999", "mcp:", "mcp:'unclosed", "secret:KEY", "secret:@host", "http:exa*mple.com"
    ],
)  # fmt: skip
def test_an_entry_that_allows_nothing_is_an_error_that_shows_it(entry: str) -> None:
    with pytest.raises(UsageError, match="allow") as caught:
        Allowed.of([entry])
    assert f"`{entry}`" in caught.value.message
