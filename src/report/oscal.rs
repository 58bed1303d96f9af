//! OSCAL assessment results (pages.nist.gov/OSCAL, version 1.1.2): one observation per verdict, one finding per
//! control that a rule names. UUIDs are made of the content, so that the same run gives the same document.

use super::view::{
    NOT_ASSESSED, accepted, counted, detail, encoded, idle, list, message, number, parameters, rule, text, texts, uuid,
};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, HashSet};

const VERSION: &str = "1.1.2";

/// The format must state a moment: the run's where it states one, else `time`.
pub fn render(document: &Json, time: &str) -> String {
    let time = document["time"].as_str().unwrap_or(time);
    let outcomes = list(document, "outcomes");
    let key = |outcome: &Json| {
        let place = &outcome["place"];
        format!(
            "{}|{}|{}|{}|{}",
            text(outcome, "rule"),
            text(&outcome["resource"], "id"),
            text(outcome, "pointer"),
            text(place, "file"),
            number(place, "offset")
        )
    };
    let inputs: HashSet<&str> = list(document, "inputs").iter().map(|input| text(input, "name")).collect();
    let observed = |outcome: &Json| {
        let mut observation = observation(document, outcome, &uuid(&key(outcome)), time);
        let (file, line) = (text(&outcome["place"], "file"), number(&outcome["place"], "line"));
        if inputs.contains(file) {
            let href = format!("#{}", uuid(&format!("input {file}")));
            observation["relevant-evidence"] = json!([{ "href": href, "description": format!("{file}:{line}") }]);
        }
        observation
    };
    let observations: Vec<Json> = outcomes.iter().map(observed).collect();
    // Verdicts by control.
    let mut controls: BTreeMap<String, Vec<&Json>> = BTreeMap::new();
    for outcome in outcomes {
        for (framework, numbers) in rule(document, outcome)["controls"].as_object().into_iter().flatten() {
            for number in numbers.as_array().into_iter().flatten().filter_map(Json::as_str) {
                controls.entry(token(&format!("{framework}-{number}"))).or_default().push(outcome);
            }
        }
    }
    let findings: Vec<Json> = controls
        .iter()
        .map(|(control, of)| {
            let counts = |verdict: &str| of.iter().filter(|one| text(one, "verdict") == verdict).count();
            let open = |one: &&&Json| text(one, "verdict") == "fail" && one["suppressed"].is_null();
            let failed = of.iter().filter(open).count();
            let is_satisfied = failed == 0 && counts("unknown") == 0;
            let told = format!("{} passed, {failed} failed, {} not known", counts("pass"), counts("unknown"));
            json!({
                "uuid": uuid(&format!("finding {control}")),
                "title": control,
                "description": told,
                "target": {
                    "type": "objective-id",
                    "target-id": control,
                    "status": { "state": if is_satisfied { "satisfied" } else { "not-satisfied" } },
                },
                "related-observations":
                    of.iter().map(|one| json!({ "observation-uuid": uuid(&key(one)) })).collect::<Vec<Json>>(),
            })
        })
        .collect();
    let selected: Vec<Json> = controls.keys().map(|control| json!({ "control-id": control })).collect();
    let mut result = json!({
        "uuid": uuid(&format!("result {time}")),
        "title": "archlint",
        "description": "Templates and exports evaluated against rule packs",
        "start": time,
        "reviewed-controls": { "control-selections": [
            if selected.is_empty() { json!({ "include-all": {} }) } else { json!({ "include-controls": selected }) }
        ] },
    });
    let risks: Vec<Json> = accepted(document).iter().map(|outcome| risk(document, outcome, &key(outcome))).collect();
    let mut properties: Vec<Json> = list(document, "packs")
        .iter()
        .map(|pack| property("pack", &format!("{} {}", text(pack, "name"), text(pack, "version"))))
        .collect();
    for pack in list(document, "packs").iter().filter(|pack| !parameters(pack).is_empty()) {
        properties.push(property("pack-parameters", &parameters(pack)));
    }
    let not_assessed = idle(document);
    properties.extend(not_assessed.iter().map(|rule| property("not-assessed", text(rule, "id"))));
    if !properties.is_empty() {
        result["props"] = Json::Array(properties);
    }
    result["remarks"] = Json::from(
        format!(
            "{} of {} rules found nothing in the input that they apply to (property not-assessed). {NOT_ASSESSED} {}",
            not_assessed.len(),
            list(document, "rules").len(),
            counted(document)
        )
        .trim_end(),
    );
    if !risks.is_empty() {
        result["risks"] = Json::Array(risks);
    }
    if !observations.is_empty() {
        result["observations"] = Json::Array(observations);
    }
    if !findings.is_empty() {
        result["findings"] = Json::Array(findings);
    }
    let mut whole = json!({ "assessment-results": {
        "uuid": uuid(&format!("assessment {time}")),
        "metadata": {
            "title": "archlint assessment",
            "last-modified": time,
            "version": text(&document["tool"], "version"),
            "oscal-version": VERSION,
        },
        "import-ap": { "href": "#no-assessment-plan" },
        "results": [result],
    } });
    let inputs: Vec<Json> = list(document, "inputs").iter().map(resource).collect();
    if !inputs.is_empty() {
        whole["assessment-results"]["back-matter"] = json!({ "resources": inputs });
    }
    format!("{}\n", serde_json::to_string_pretty(&whole).unwrap_or_default())
}

fn observation(document: &Json, outcome: &Json, id: &str, time: &str) -> Json {
    let rule = rule(document, outcome);
    let (place, resource) = (&outcome["place"], &outcome["resource"]);
    let verdict = text(outcome, "verdict");
    let told = if message(outcome).is_empty() { text(rule, "title").to_owned() } else { message(outcome) };
    let mut properties = vec![property("verdict", verdict), property("rule", text(outcome, "rule"))];
    let at = format!("{}:{}:{}", text(place, "file"), number(place, "line"), number(place, "column"));
    properties.push(property("evidence-at", &at));
    for (name, value) in [
        ("resource-id", text(resource, "id")),
        ("pointer", text(outcome, "pointer")),
        ("value", text(outcome, "actual")),
        ("requirement", text(rule, "requirement")),
    ] {
        if !value.trim().is_empty() {
            properties.push(property(name, value.trim()));
        }
    }
    let suppressed = &outcome["suppressed"];
    for (name, key) in [
        ("waiver-reason", "reason"),
        ("waiver-owner", "owner"),
        ("waiver-ticket", "ticket"),
        ("waiver-expires", "expires"),
    ] {
        if let Some(value) = suppressed[key].as_str().filter(|value| !value.trim().is_empty()) {
            properties.push(property(name, value));
        }
    }
    let mut observation = json!({
        "uuid": id,
        "title": text(rule, "title"),
        "description": told,
        "methods": ["TEST"],
        "props": properties,
        "collected": time,
    });
    let links = texts(rule, "links");
    if !links.is_empty() {
        observation["links"] = links.iter().map(|link| json!({ "href": link, "rel": "reference" })).collect();
    }
    observation
}

fn property(name: &str, value: &str) -> Json {
    json!({ "name": name, "ns": "https://github.com/archlint/archlint", "value": value })
}

/// An accepted finding: a risk whose deviation is approved.
fn risk(document: &Json, outcome: &Json, key: &str) -> Json {
    let (rule, why) = (rule(document, outcome), &outcome["suppressed"]);
    let reason = if text(why, "reason").is_empty() { "accepted" } else { text(why, "reason") };
    let mut properties = vec![property("accepted-by", text(why, "kind"))];
    for (name, key) in [("owner", "owner"), ("ticket", "ticket")] {
        properties
            .extend(why[key].as_str().filter(|value| !value.trim().is_empty()).map(|value| property(name, value)));
    }
    let told = if message(outcome).is_empty() { text(rule, "title").to_owned() } else { message(outcome) };
    let mut risk = json!({
        "uuid": uuid(&format!("risk {key}")),
        "title": text(rule, "title"),
        "description": told,
        "statement": reason,
        "props": properties,
        "status": "deviation-approved",
        "related-observations": [{ "observation-uuid": uuid(key) }],
    });
    // What a template's author writes there may be no date.
    let is_date = |text: &&str| text.len() == 10 && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit());
    if let Some(expires) = why["expires"].as_str().filter(is_date) {
        risk["deadline"] = Json::from(format!("{expires}T00:00:00Z"));
    }
    risk
}

/// An input with what it hashes to.
fn resource(input: &Json) -> Json {
    let name = text(input, "name");
    let mut link = json!({ "href": encoded(name) });
    if let Some(hash) = input["sha256"].as_str() {
        link["hashes"] = json!([{ "algorithm": "SHA-256", "value": hash }]);
    }
    json!({
        "uuid": uuid(&format!("input {name}")),
        "title": name,
        "description": format!("{}: {}", text(input, "status").replace('-', " "), detail(input)),
        "rlinks": [link],
    })
}

/// An OSCAL token: letters, digits, `-`, `_` and `.`, beginning with a letter.
fn token(text: &str) -> String {
    let made: String = text
        .chars()
        .map(|character| if character.is_ascii_alphanumeric() || "-_.".contains(character) { character } else { '-' })
        .collect();
    made.trim_matches('-').to_lowercase()
}
