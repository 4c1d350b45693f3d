"""The built site in a real browser: what readers see and reach."""


def test_what_goes_wrong_on_a_page_is_seen(watched, site_url):
    provoke = """() => {
        console.error("in red");
        setTimeout(() => { throw Error("thrown") });
        return Promise.allSettled([fetch("http://192.0.2.1/"), fetch("missing.png")]);
    }"""
    with watched() as (page, complaints):
        page.goto(site_url)
        assert not complaints
        page.evaluate(provoke)
        page.wait_for_timeout(100)
    assert {
        "console: in red",
        "error in a script: thrown",
        "asked for http://192.0.2.1/",
        "net::ERR_NAME_NOT_RESOLVED for http://192.0.2.1/",
        f"404 for {site_url}missing.png",
    } <= set(complaints)


def test_the_first_page_opens(page, site_url):
    page.goto(site_url)
    assert "Autoencoders" in page.title()
