//! Hostile and broken input gets an answer with a place, in bounded time and memory, and the rest is still checked.

use archlint::check::{InputStatus, Run, Verdict};
use archlint::policy::{Overrides, Packs, embedded_to_run, load};
use archlint::session::{CheckRequest, check, on_big_stack};
use archlint::source::Sources;
use std::path::PathBuf;

fn run_on(name: &str, bytes: &[u8]) -> (Run, Sources) {
    on_big_stack(|| {
        let sources = Sources::new();
        let request = CheckRequest { stdin: Some((name.to_owned(), bytes.to_vec())), ..CheckRequest::default() };
        let run = check(&request, &Packs::default(), &sources);
        (run, sources)
    })
    .expect("the program does not crash")
}

/// Messages of problems with the text they point at.
fn problems(bytes: &[u8]) -> Vec<(String, String)> {
    let (run, sources) = run_on("input.json", bytes);
    run.problems
        .iter()
        .map(|problem| {
            let text = problem.place.as_ref().map(|place| {
                let source = sources.get(place.at.source);
                source.slice(place.at.span).lines().next().unwrap_or_default().to_owned()
            });
            (problem.message.clone(), text.unwrap_or_default())
        })
        .collect()
}

fn template(resources: &str, rest: &str) -> String {
    format!(
        r#"{{"$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#","contentVersion":"1.0.0.0","resources":[{resources}]{rest}}}"#
    )
}

#[test]
fn brackets_without_end() {
    let found = problems("[".repeat(200_000).as_bytes());
    assert_eq!(found, [("nested deeper than 512 levels".to_owned(), "[".to_owned())]);
}

#[test]
fn bytes_that_are_not_text() {
    let found = problems(b"{\"a\": \"\xff\"}");
    assert_eq!(found[0].0, "the file is not valid UTF-8 from here on");
}

#[test]
fn truncated_files_and_empty_files() {
    assert_eq!(problems(b"{\"resources\": [").first().map(|one| one.0.as_str()), Some("this array has no end"));
    assert_eq!(problems(b"").first().map(|one| one.0.as_str()), Some("expected a value, found the end of the file"));
}

#[test]
fn a_key_that_stands_twice_is_told_and_the_last_counts() {
    let found = problems(br#"{"a":1,"a":2}"#);
    assert_eq!(found, [("the key 'a' stands twice in one object; the last one counts".to_owned(), "\"a\"".to_owned())]);
}

#[test]
fn json_that_is_no_template_is_said_to_be_none() {
    let (run, _) = run_on("package.json", br#"{"name":"x"}"#);
    let told =
        matches!(&run.inputs[0].status, InputStatus::NotTemplate(why) if why.contains("--attach FILE=RESOURCE_ID"));
    assert!(told, "{:?}", run.inputs[0].status);
}

#[test]
fn a_copy_bomb_ends_at_the_limit() {
    let inner = r#"{"type":"Microsoft.Storage/storageAccounts","apiVersion":"2023-01-01","name":"[concat('s',copyIndex('b'))]","copy":{"name":"b","count":800}}"#;
    let nested = format!(
        r#"{{"type":"Microsoft.Resources/deployments","apiVersion":"2022-09-01","name":"[concat('d',copyIndex('a'))]","copy":{{"name":"a","count":800}},"properties":{{"mode":"Incremental","expressionEvaluationOptions":{{"scope":"inner"}},"template":{}}}}}"#,
        template(inner, "")
    );
    let found = problems(template(&nested, "").as_bytes());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, "the input expands to more than 20000 resources");
}

#[test]
fn loops_inside_loops_end_at_the_limit() {
    let text = template(
        "",
        r#","outputs":{"x":{"type":"array","value":"[map(range(0,10000),lambda('a',map(range(0,10000),lambda('b',lambdaVariables('b')))))]"}}"#,
    );
    let found = problems(text.as_bytes());
    assert_eq!(found[0].0, "loops make more than 1000000 values");
    assert!(found[0].1.starts_with("\"[map(range"), "{found:?}");
}

#[test]
fn too_many_copies_are_told_at_the_count() {
    let found = problems(
        template(
            r#"{"type":"A.B/c","apiVersion":"1","name":"[concat('x',copyIndex())]","copy":{"name":"c","count":801}}"#,
            "",
        )
        .as_bytes(),
    );
    assert_eq!(found, [("a copy loop makes 0 to 800 instances, not 801".to_owned(), "801".to_owned())]);
}

#[test]
fn circles_are_told_at_their_text() {
    let text = template(
        "",
        r#","variables":{"a":"[variables('b')]","b":"[variables('a')]"},"parameters":{"p":{"type":"string","defaultValue":"[parameters('q')]"},"q":{"type":"string","defaultValue":"[parameters('p')]"}},"outputs":{"x":{"type":"string","value":"[variables('a')]"},"y":{"type":"string","value":"[parameters('p')]"}}"#,
    );
    assert_eq!(
        problems(text.as_bytes()),
        [
            ("the variable 'a' depends on itself".to_owned(), "\"[variables('a')]\"".to_owned()),
            ("the parameter 'p' depends on itself".to_owned(), "\"[parameters('p')]\"".to_owned()),
        ]
    );
}

/// Found by fuzzing: each mention was worked out anew, to the limit of all loops.
#[test]
fn a_circle_through_the_copy_of_variables_is_told() {
    let text = template(
        "",
        r#","variables":{"copy":[{"name":"v","count":800,"input":"[concat(string(variables('v')),string(variables('v')))]"}]},"outputs":{"x":{"type":"array","value":"[variables('v')]"}}"#,
    );
    let place = "\"[concat(string(variables('v')),string(variables('v')))]\"";
    assert_eq!(problems(text.as_bytes()), [("the variable 'v' depends on itself".to_owned(), place.to_owned())]);
}

#[test]
fn long_chains_of_variables_end_at_the_limit() {
    let links: Vec<String> = (0..5000).map(|n| format!(r#""v{n}":"[variables('v{}')]""#, n + 1)).collect();
    let text = template(
        "",
        &format!(
            r#","variables":{{{},"v5000":1}},"outputs":{{"x":{{"type":"int","value":"[variables('v0')]"}}}}"#,
            links.join(",")
        ),
    );
    assert_eq!(problems(text.as_bytes())[0].0, "evaluation nests deeper than 200 levels");
}

#[test]
fn a_template_that_links_itself_ends_at_the_limit() {
    let folder = std::env::temp_dir().join(format!("archlint-links-itself-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("self.json");
    let link = r#"{"type":"Microsoft.Resources/deployments","apiVersion":"2022-09-01","name":"again","properties":{"mode":"Incremental","templateLink":{"relativePath":"self.json"}}}"#;
    std::fs::write(&path, template(link, "")).expect("a file");
    let messages = on_big_stack(|| {
        let sources = Sources::new();
        let found = archlint::input::find(std::slice::from_ref(&path)).expect("found");
        let run = check(&CheckRequest { found, ..CheckRequest::default() }, &Packs::default(), &sources);
        run.problems.iter().map(|problem| problem.message.clone()).collect::<Vec<String>>()
    })
    .expect("the program does not crash");
    std::fs::remove_dir_all(&folder).expect("removed");
    assert_eq!(messages, ["deployments nest deeper than 32 levels"]);
}

#[test]
fn a_broken_file_does_not_stop_the_others() {
    let folder = std::env::temp_dir().join(format!("archlint-broken-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("loop")).expect("a folder");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&folder, folder.join("loop/again")).expect("a link");
    std::fs::write(folder.join("bad.json"), "{").expect("a file");
    std::fs::write(folder.join("good.json"), template("", "")).expect("a file");
    let statuses = on_big_stack(|| {
        let sources = Sources::new();
        let found = archlint::input::find(&[PathBuf::from(&folder)]).expect("found");
        let run = check(&CheckRequest { found, ..CheckRequest::default() }, &Packs::default(), &sources);
        run.inputs.into_iter().map(|input| input.status).collect::<Vec<InputStatus>>()
    })
    .expect("the program does not crash");
    std::fs::remove_dir_all(&folder).expect("removed");
    let expected = [InputStatus::Failed("this object has no end".to_owned()), InputStatus::Checked { resources: 0 }];
    assert_eq!(statuses, expected);
}

#[test]
fn a_child_with_a_name_too_long_to_keep_is_nobodys_for_sure() {
    let verdict_with = |length: usize| {
        let long = "x".repeat(length);
        let text = template(
            &format!(
                r#"{{"type": "Microsoft.Network/privateEndpoints", "apiVersion": "2024-01-01", "name": "[concat(deployment().name, '{long}')]",
                "properties": {{}}}}, {{"type": "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
                "apiVersion": "2024-01-01", "name": "[concat(deployment().name, '{long}/default')]", "properties": {{}}}}"#
            ),
            "",
        );
        on_big_stack(move || {
            let sources = Sources::new();
            let packs = load(&embedded_to_run(), &|name| name == "azure-data", &Overrides::default(), &sources);
            let request =
                CheckRequest { stdin: Some(("input.json".into(), text.into_bytes())), ..CheckRequest::default() };
            let run = check(&request, &packs, &sources);
            let outcome = run.outcomes.iter().find(|one| one.rule.id == "private-endpoint-without-dns");
            outcome.map(|one| one.verdict)
        })
        .expect("the program does not crash")
    };
    assert_eq!(verdict_with(10), Some(Verdict::Pass));
    assert_eq!(verdict_with(1900), Some(Verdict::Pass), "the id is longer than its parts");
    assert_eq!(verdict_with(3000), Some(Verdict::Unknown), "never red by guess");
}
