//! Secrets planted in every kind of input stand in no output of any command.

use assert_cmd::Command;
use std::path::PathBuf;

/// Secrets of one input, each unlike all others.
struct Planted {
    mark: &'static str,
    all: Vec<String>,
}

impl Planted {
    fn new(mark: &'static str) -> Planted {
        Planted { mark, all: Vec::new() }
    }

    fn keep(&mut self, secret: String) -> String {
        self.all.push(secret.clone());
        secret
    }

    /// A word that is nothing but a secret by its place.
    fn word(&mut self, kind: &str) -> String {
        let mark = self.mark;
        self.keep(format!("hunter-{mark}-{kind}-7Zq"))
    }

    /// A key of so many characters before its padding.
    fn key(&mut self, length: usize, padding: &str) -> String {
        let head = format!("Qx{}{}", self.mark, self.all.len());
        let body: String = head.chars().chain("k7Rz9Lm2Vw4Tn6Bp8".chars().cycle()).take(length).collect();
        self.keep(body.clone());
        format!("{body}{padding}")
    }

    fn jwt(&mut self) -> String {
        let mark = format!("{}{}", self.mark, self.all.len());
        self.keep(format!("eyJhbGciOiJSUzI1NiJ9{mark}.eyJzdWIiOiIxMjM0NSJ9{mark}.c2lnbmF0dXJl{mark}"))
    }

    /// The settings of a site, with a secret of every form.
    fn settings(&mut self) -> Vec<(&'static str, String)> {
        vec![
            ("Db", format!("Server=tcp:x;User ID=sa;Password={};Encrypt=True", self.word("sql with blank"))),
            ("Storage", format!("AccountName=st;AccountKey={};EndpointSuffix=core", self.key(86, "=="))),
            ("Bus", format!("Endpoint=sb://x/;SharedAccessKeyName=Root;SharedAccessKey={}", self.key(43, "="))),
            ("Cache", format!("redis:6380,password={},ssl=True", self.key(43, "="))),
            ("Sas", format!("https://st.blob.core.windows.net/c?sv=2022&sig={}&se=2030", self.word("sas"))),
            ("SasOnly", format!("sig={}&sv=2022", self.word("sasfirst"))),
            ("Function", format!("https://f.azurewebsites.net/api/x?code={}", self.word("code"))),
            ("Token", self.jwt()),
            ("Pem", format!("-----BEGIN PRIVATE KEY-----\\n{}\\n-----END PRIVATE KEY-----", self.key(60, ""))),
            ("Url", format!("amqps://user:{}@host/vhost", self.word("url"))),
            ("Nested", format!("{{\\\"password\\\":\\\"{}\\\"}}", self.word("json"))),
            ("DB_PASSWORD", self.word("setting")),
            ("Client", format!("a1b2Q~{}", self.key(33, ""))),
            ("CosmosKey", self.key(86, "==")),
            ("Start", format!("run --admin-password '{}' --now", self.word("argument"))),
        ]
    }

    fn settings_json(&mut self) -> String {
        let pairs = self.settings();
        let pairs: Vec<String> =
            pairs.iter().map(|(name, value)| format!("{{ \"name\": \"{name}\", \"value\": \"{value}\" }}")).collect();
        pairs.join(",\n          ")
    }
}

fn template(planted: &mut Planted) -> String {
    format!(
        r#"{{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "contentVersion": "1.0.0.0",
  "parameters": {{
    "secure": {{ "type": "securestring", "defaultValue": "{secure}" }},
    "secureObject": {{ "type": "secureObject", "defaultValue": {{ "a": "{secure_object}" }} }},
    "adminPassword": {{ "type": "string", "defaultValue": "{plain}" }},
    "flows": {{ "type": "string", "defaultValue": "{flows}" }},
    "given": {{ "type": "securestring" }},
    "set": {{ "type": "securestring" }},
    "oneOf": {{ "type": "securestring", "allowedValues": ["{allowed}"], "defaultValue": "other" }},
    "tls": {{ "type": "string", "defaultValue": "1.0" }}
  }},
  "resources": [
    {{
      "type": "Microsoft.Sql/servers", "apiVersion": "2023-08-01", "name": "sql1", "location": "westeurope",
      "properties": {{
        "administratorLogin": "sa", "administratorLoginPassword": "{literal}",
        "minimalTlsVersion": "[parameters('tls')]", "publicNetworkAccess": "Enabled",
        "keyId": "[parameters('secure')]"
      }}
    }},
    {{
      "type": "Microsoft.Sql/servers", "apiVersion": "2023-08-01", "name": "sql2", "location": "westeurope",
      "properties": {{ "administratorLoginPassword": "[parameters('flows')]", "minimalTlsVersion": "[parameters('secure')]",
        "publicNetworkAccess": "[parameters('given')]", "administrators": {{ "azureADOnlyAuthentication": "[parameters('set')]" }} }}
    }},
    {{
      "type": "Microsoft.Web/sites", "apiVersion": "2023-12-01", "name": "site", "location": "westeurope", "kind": "functionapp",
      "properties": {{ "httpsOnly": false, "siteConfig": {{ "minTlsVersion": "[parameters('tls')]", "appSettings": [
          {settings}
      ] }} }}
    }},
    {{
      "type": "Microsoft.DataFactory/factories/linkedservices", "apiVersion": "2018-06-01", "name": "adf/ls",
      "properties": {{ "type": "AzureSqlDatabase", "typeProperties": {{
        "connectionString": "Server=x;Password={linked}",
        "password": {{ "type": "SecureString", "value": "{string}" }}, "encryptedCredential": "{credential}" }} }}
    }},
    {{
      "type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": "inner",
      "properties": {{ "mode": "Incremental", "expressionEvaluationOptions": {{ "scope": "inner" }},
        "parameters": {{ "hidden": {{ "value": "{nested}" }} }},
        "template": {{
          "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0",
          "parameters": {{ "hidden": {{ "type": "secureString" }} }},
          "resources": [ {{ "type": "Microsoft.Sql/servers", "apiVersion": "2023-08-01", "name": "sql3",
            "properties": {{ "minimalTlsVersion": "[parameters('hidden')]", "publicNetworkAccess": "Enabled" }} }} ] }} }}
    }}
  ],
  "outputs": {{
    "adminPassword": {{ "type": "string", "value": "[concat('is ', parameters('adminPassword'))]" }},
    "quiet": {{ "type": "string", "value": "[parameters('adminPassword')]" }}
  }}
}}
"#,
        secure = planted.word("secure"),
        secure_object = planted.word("secureobject"),
        plain = planted.word("plain"),
        flows = planted.word("flows"),
        allowed = planted.word("allowed"),
        literal = planted.word("literal"),
        settings = planted.settings_json(),
        linked = planted.word("linked"),
        string = planted.word("securestring"),
        credential = planted.word("credential"),
        nested = planted.word("nested"),
    )
}

fn export(planted: &mut Planted) -> String {
    format!(
        r#"[
  {{ "id": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Sql/servers/sqlx", "name": "sqlx", "type": "Microsoft.Sql/servers",
    "administratorLoginPassword": "{password}", "minimalTlsVersion": "1.0", "publicNetworkAccess": "Enabled", "resourceGroup": "rg" }},
  {{ "id": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Cache/Redis/red", "name": "red", "type": "Microsoft.Cache/Redis",
    "accessKeys": {{ "primaryKey": "{redis}", "secondaryKey": "{redis2}" }},
    "enableNonSslPort": true, "minimumTlsVersion": "1.0", "resourceGroup": "rg" }},
  {{ "id": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/stx", "name": "stx", "type": "Microsoft.Storage/storageAccounts",
    "keys": [{{ "keyName": "key1", "value": "{storage}" }}], "allowBlobPublicAccess": true, "minimumTlsVersion": "TLS1_0", "resourceGroup": "rg" }},
  {{ "id": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Web/sites/fx", "name": "fx", "type": "Microsoft.Web/sites", "kind": "functionapp",
    "functionKeys": {{ "default": "{function}" }}, "masterKey": "{master}", "httpsOnly": false,
    "siteConfig": {{ "minTlsVersion": "1.0", "appSettings": [
          {settings}
    ] }}, "resourceGroup": "rg" }},
  {{ "id": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.DataFactory/factories/adf/linkedservices/ls", "name": "ls",
    "type": "Microsoft.DataFactory/factories/linkedservices",
    "properties": {{ "type": "AzureSqlDatabase", "connectionString": "Server=x;Password={linked}", "servicePrincipalKey": {{ "type": "SecureString", "value": "{principal}" }} }} }},
  {{ "keyName": "homeless", "primaryConnectionString": "Endpoint=sb://x/;SharedAccessKey={homeless}" }}
]
"#,
        password = planted.word("password"),
        redis = planted.key(43, "="),
        redis2 = planted.word("redis"),
        storage = planted.key(86, "=="),
        function = planted.word("function"),
        master = planted.word("master"),
        settings = planted.settings_json(),
        linked = planted.word("linked"),
        principal = planted.word("principal"),
        homeless = planted.key(43, "="),
    )
}

struct Folder(PathBuf);

impl Folder {
    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.join(name), text).expect("written");
    }

    /// Everything a command prints and writes.
    fn run(&self, arguments: &[&str]) -> String {
        let output = Command::cargo_bin("archlint")
            .expect("the program")
            .current_dir(&self.0)
            .env("SOURCE_DATE_EPOCH", "1790000000")
            .args(arguments)
            .output()
            .expect("it runs");
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is left to the system's own cleaning of temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn planted_secrets_stand_in_no_output() {
    let path = std::env::temp_dir().join(format!("archlint-secrets-{}", std::process::id()));
    std::fs::create_dir_all(path.join(".git")).expect("a folder");
    let folder = Folder(path);
    let (mut in_template, mut in_export) = (Planted::new("tpl"), Planted::new("exp"));
    let (mut in_parameters, mut in_set, mut in_broken) =
        (Planted::new("par"), Planted::new("set"), Planted::new("bro"));
    folder.write("main.json", &template(&mut in_template));
    folder.write("estate.json", &export(&mut in_export));
    folder.write(
        "main.parameters.json",
        &format!(
            r#"{{ "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#", "contentVersion": "1.0.0.0",
  "parameters": {{ "given": {{ "value": "{}" }}, "adminPassword": {{ "value": "{}" }},
    "flows": {{ "value": "{}" }} }} }}
"#,
            in_parameters.word("given"),
            in_parameters.word("named"),
            in_parameters.word("flows"),
        ),
    );
    let set = [format!("set={}", in_set.word("secure")), format!("adminPassword={}", in_set.word("named"))];
    // Broken at each kind of place: behind a secret, in one, before one, and with names that nothing parses.
    let whole = template(&mut in_broken);
    folder
        .write("broken1.json", &whole.replacen("\"administratorLogin\": \"sa\",", "\"administratorLogin\": \"sa\"", 1));
    folder.write("broken2.json", &format!("{{ \"adminPassword\": \"{}", in_broken.word("open")));
    folder.write("broken3.json", &format!("{{ 'adminPassword': '{}', }}", in_broken.word("quoted")));
    folder.write("broken4.json", &format!("{{ \"masterKey\": {} }}", in_broken.word("bare")));
    let list = format!("[\n  {},\n  {{ \"x\": }}\n]\n", in_broken.settings_json());
    folder.write("broken5.json", &list);
    folder.write("lines.json", &format!("{{ \"value\": \"{}\" }}\n{{ \"x\" 1 }}\n", in_broken.word("line")));
    folder.write(
        "archlint.json",
        &format!(
            r#"{{ "packs": ["azure-data", "techmart"], "waivers": [
  {{ "rule": "storage-accepts-http", "reason": "Password={}", "owner": "me", "expires": "2020-01-01" }} ] }}
"#,
            in_set.word("waiver")
        ),
    );
    folder.write(
        "wrong.jsonc",
        &format!(
            r#"{{ "waivers": [ {{ "rule": "no-such-rule", "reason": "Password={}", "owner": "me", "expires": "2036-01-01" }} ] }}
"#,
            in_set.word("wrong waiver")
        ),
    );

    let given = ["--set", set[0].as_str(), "--set", set[1].as_str()];
    let mut printed: Vec<(String, String)> = Vec::new();
    for files in
        [&["."][..], &["main.json", "estate.json"], &["main.json", "--estate"], &["broken1.json"], &["broken5.json"]]
    {
        for format in archlint::report::NAMES {
            for more in [&[][..], &given[..]] {
                let arguments =
                    [&["check", "--no-suppressions", "--show-unknown", "--format", format][..], files, more].concat();
                printed.push((arguments.join(" "), folder.run(&arguments)));
            }
        }
    }
    printed.push(("check --config".to_owned(), folder.run(&["check", ".", "--config", "wrong.jsonc"])));
    folder.run(&["check", "--output", "json=run.txt", "--output", "html=run.html", "--fail-on", "never"]);
    for name in ["run.txt", "run.html"] {
        printed.push((name.to_owned(), std::fs::read_to_string(folder.0.join(name)).expect("written")));
    }
    for format in ["html", "sarif", "markdown"] {
        printed.push((format!("report {format}"), folder.run(&["report", "--from", "run.txt", "--format", format])));
    }
    let parameters = ["--parameters", "main.parameters.json"];
    for base in [
        &["why", "main.json", "sql"][..],
        &["why", "estate.json", "r"],
        &["why", "main.json", "s"],
        &["expand", "main.json"],
        &["eval", "parameters('adminPassword')", "--template", "main.json"],
        &["eval", "concat('x', parameters('adminPassword'), parameters('secure'))", "--template", "main.json"],
        &["eval", "int(parameters('adminPassword'))", "--template", "main.json"],
        &["expand", "broken1.json"],
        &["expand", "broken2.json"],
        &["why", "broken3.json", "x"],
        &["check"],
        &["check", "--show-unknown"],
    ] {
        for more in [&[][..], &parameters[..], &given[..]] {
            let arguments = [base, more].concat();
            printed.push((arguments.join(" "), folder.run(&arguments)));
        }
    }
    printed.push(("config".to_owned(), folder.run(&["config"])));
    printed.push(("baseline".to_owned(), folder.run(&["baseline", "create", "known.txt", "main.json", "estate.json"])));
    printed.push(("baseline file".to_owned(), std::fs::read_to_string(folder.0.join("known.txt")).unwrap_or_default()));

    let mut leaks = Vec::new();
    for planted in [&in_template, &in_export, &in_parameters, &in_set, &in_broken] {
        for secret in &planted.all {
            for (command, text) in printed.iter().filter(|(_, text)| text.contains(secret.as_str())) {
                let line = text.lines().find(|line| line.contains(secret.as_str())).unwrap_or_default();
                leaks.push(format!("{secret}: {command}: {}", line.chars().take(300).collect::<String>()));
            }
        }
    }
    let findings = printed.iter().filter(|(_, text)| text.contains("sql-accepts-old-tls")).count();
    assert!(findings > 40, "only {findings} outputs have findings");
    assert!(printed.iter().any(|(_, text)| text.contains("***")), "nothing is masked");
    assert!(leaks.is_empty(), "{} leaks:\n{}", leaks.len(), leaks.join("\n"));
}

#[test]
fn a_stream_shows_no_planted_secret() {
    use archlint::policy::{Overrides, embedded, load};
    use archlint::session::{CheckRequest, check, on_big_stack};
    use archlint::source::Sources;
    let mut planted = Planted::new("str");
    let path = std::env::temp_dir().join(format!("archlint-secrets-stream-{}", std::process::id()));
    std::fs::create_dir_all(&path).expect("a folder");
    let folder = Folder(path);
    folder.write("estate.json", &export(&mut planted));
    let found = archlint::input::find(std::slice::from_ref(&folder.0)).expect("found");
    let texts = on_big_stack(|| {
        let packs = load(&embedded(), &|_| true, &Overrides::default(), &Sources::new());
        let sources = Sources::new();
        let request = CheckRequest { found, streamed_from: Some(0), ..CheckRequest::default() };
        let run = check(&request, &packs, &sources);
        let options = archlint::report::Options { show_unknown: true, ..archlint::report::Options::default() };
        let render = |name: &&str| archlint::report::render(name, &run, &sources, &options).expect("a report");
        archlint::report::NAMES.iter().map(render).collect::<Vec<String>>()
    })
    .expect("a thread");
    assert!(texts[0].contains("sql-accepts-old-tls"), "{}", texts[0]);
    for secret in &planted.all {
        let leak = texts.iter().position(|text| text.contains(secret.as_str()));
        assert_eq!(leak.map(|at| archlint::report::NAMES[at]), None, "{secret}");
    }
}
