//! The auditor's page in a real browser: it draws without an error, and its filter counts what it shows.

use assert_cmd::Command;

fn browser() -> Option<&'static str> {
    ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|name| std::process::Command::new(name).arg("--version").output().is_ok_and(|done| done.status.success()))
}

#[test]
fn the_page_runs_in_a_browser() {
    let Some(browser) = browser() else {
        eprintln!("skipped: no Chromium is installed");
        return;
    };
    let folder = std::env::temp_dir().join(format!("archlint-html-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let page = folder.join("report.html");
    let written = Command::cargo_bin("archlint")
        .expect("the program")
        .args(["check", "examples/techmart-broken", "--fail-on", "never", "--output"])
        .arg(format!("html={}", page.display()))
        .output()
        .expect("it runs");
    assert_eq!(written.status.code(), Some(0));
    let drawn = std::process::Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=2000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg(format!("file://{}", page.display()))
        .output()
        .expect("the browser runs");
    std::fs::remove_dir_all(&folder).expect("removed");
    let dom = String::from_utf8_lossy(&drawn.stdout);
    let rows = dom.matches("<tr data-verdict=").count();
    assert!(rows > 80, "only {rows} rows are drawn");
    // The script ran: it shows the filter and counts the rows.
    assert!(dom.contains(&format!("{rows} of {rows} verdicts")), "the filter did not count {rows} rows");
    assert!(!dom.contains("id=\"filter\" hidden"), "the filter is hidden");
}
