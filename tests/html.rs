//! The auditor's page in a real browser: it draws without an error and loads nothing, its filter works from the
//! keyboard's fields, and it fits a narrow window and paper.

use assert_cmd::Command;
use std::path::{Path, PathBuf};

fn browser() -> Option<&'static str> {
    ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|name| std::process::Command::new(name).arg("--version").output().is_ok_and(|done| done.status.success()))
}

/// A folder with the page, removed at the end.
struct Page(PathBuf);

impl Page {
    fn new(name: &str) -> Page {
        let folder = std::env::temp_dir().join(format!("archlint-html-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let written = Command::cargo_bin("archlint")
            .expect("the program")
            .args(["check", "examples/techmart-broken", "--fail-on", "never", "--output"])
            .arg(format!("html={}", folder.join("report.html").display()))
            .output()
            .expect("it runs");
        assert_eq!(written.status.code(), Some(0));
        Page(folder)
    }

    fn browse(&self, browser: &str, arguments: &[&str], file: &Path) -> String {
        let done = std::process::Command::new(browser)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"])
            .arg(format!("--user-data-dir={}", self.0.join("profile").display()))
            .args(arguments)
            .arg(format!("file://{}", file.display()))
            .output()
            .expect("the browser runs");
        String::from_utf8_lossy(&done.stdout).into_owned()
    }

    /// What a script on the page finds, as the page's title.
    fn asked(&self, browser: &str, width: u32, script: &str) -> String {
        let text = std::fs::read_to_string(self.0.join("report.html")).expect("the page");
        let file = self.0.join("asked.html");
        let asking = format!("<script>document.title = String((() => {{ {script} }})());</script></body>");
        std::fs::write(&file, text.replace("</body>", &asking)).expect("written");
        let size = format!("--window-size={width},900");
        let dom = self.browse(browser, &["--virtual-time-budget=2000", "--dump-dom", &size], &file);
        let title = dom.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>"));
        title.map_or(String::new(), |(title, _)| title.to_owned())
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // What cannot be removed is left to the system's own cleaning of temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn the_page_runs_in_a_browser() {
    let Some(browser) = browser() else {
        eprintln!("skipped: no Chromium is installed");
        return;
    };
    let page = Page::new("runs");
    let dom = page.browse(browser, &["--virtual-time-budget=2000", "--dump-dom"], &page.0.join("report.html"));
    let rows = dom.matches(" data-verdict=").count();
    assert!(rows > 80, "only {rows} rows are drawn");
    // The script ran: it shows the filter and counts the rows.
    assert!(dom.contains(&format!("{rows} of {rows} verdicts")), "the filter did not count {rows} rows");
    let loaded = page.asked(browser, 1200, "return performance.getEntriesByType('resource').length");
    assert_eq!(loaded, "0", "the page loads something");
}

#[test]
fn the_filter_shows_what_is_asked_for() {
    let Some(browser) = browser() else {
        eprintln!("skipped: no Chromium is installed");
        return;
    };
    let page = Page::new("filter");
    let set = "const form = document.getElementById('filter'); const rows = () => [...document.querySelectorAll('#list tbody tr')].filter(row => row.checkVisibility());
        const put = (name, value) => { form.elements[name].value = value; form.elements[name].dispatchEvent(new Event('input', { bubbles: true })); };";
    let script = |then: &str| format!("{set} {then}");
    let asked = |then: &str| page.asked(browser, 1200, &script(then));
    assert_eq!(
        asked(
            "put('verdict', 'pass'); return rows().length > 20 && rows().every(row => row.dataset.verdict === 'pass')"
        ),
        "true"
    );
    assert_eq!(asked("put('severity', 'warning'); put('verdict', 'fail'); return rows().length"), "2");
    assert_eq!(
        asked(
            "put('words', 'ARCHIVE-NOT-RA-GZRS'); return rows().length + ' ' + document.getElementById('shown').textContent.split(' ')[0]"
        ),
        "1 1"
    );
    // Tab reaches every field in the order they stand, and each has a name.
    assert_eq!(
        asked(
            "return [...form.elements].filter(field => field.tabIndex === 0).map(field => field.name + ':' + (field.labels && field.labels.length ? 'named' : field.textContent)).join(' ')"
        ),
        "words:named verdict:named severity:named :Show all"
    );
    assert_eq!(
        asked(
            "put('words', 'no such word'); document.querySelector('a[href^=\"#rule-\"]').click(); return rows().length > 80"
        ),
        "true",
        "a link leads to a row that is there"
    );
}

#[test]
fn the_page_has_landmarks_and_heads_and_fits() {
    let Some(browser) = browser() else {
        eprintln!("skipped: no Chromium is installed");
        return;
    };
    let page = Page::new("fits");
    let asked = |width: u32, script: &str| page.asked(browser, width, script);
    assert_eq!(
        asked(1200, "return ['header', 'nav', 'main'].map(name => document.querySelectorAll(name).length).join(' ')"),
        "1 1 1"
    );
    assert_eq!(
        asked(
            1200,
            "return [...document.querySelectorAll('section')].every(one => one.ariaLabel || document.getElementById(one.getAttribute('aria-labelledby')))"
        ),
        "true"
    );
    assert_eq!(
        asked(
            1200,
            "return [...document.querySelectorAll('table')].every(one => one.caption && [...one.tHead.querySelectorAll('th')].every(head => head.scope === 'col') && [...one.tBodies[0].rows].every(row => row.querySelector('th[scope=row]')))"
        ),
        "true"
    );
    assert_eq!(
        asked(
            1200,
            "return [...document.querySelectorAll('a[href^=\"#\"]')].every(link => document.getElementById(link.getAttribute('href').slice(1)))"
        ),
        "true"
    );
    for width in [500, 1200] {
        let fits = asked(width, "return document.documentElement.scrollWidth <= innerWidth");
        assert_eq!(fits, "true", "at {width} columns the page scrolls to the side");
    }
    let paper = page.0.join("report.pdf");
    page.browse(browser, &[&format!("--print-to-pdf={}", paper.display())], &page.0.join("report.html"));
    let printed = std::fs::read(&paper).expect("a document");
    assert!(printed.starts_with(b"%PDF") && printed.len() > 50_000);
}
