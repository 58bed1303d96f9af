//! The script that `archlint collect` prints, run for real with an `az` that answers from here.
#![cfg(unix)]

use assert_cmd::Command;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

/// Answers as the CLI would for one resource group with odd names in it, logs what it was asked, and fails for what
/// it does not know. `MENDED` makes it know all.
const AZ: &str = r#"#!/bin/sh
{ printf 'az'; for word in "$@"; do printf ' [%s]' "$word"; done; printf '\n'; } >>"$AZ_LOG"
base="/subscriptions/0000/resourceGroups/rg one/providers"
query=
words=
for word in "$@"; do
  if [ "$query" = next ]; then query=$word; continue; fi
  case $word in
    --query) query=next ;;
    *) words="$words $word" ;;
  esac
done
st="$base/Microsoft.Storage/storageAccounts/starchive"
sql="$base/Microsoft.Sql/servers/sql1"
cosmos="$base/Microsoft.DocumentDB/databaseAccounts/cos1"
db="$cosmos/sqlDatabases/my db's"
case "$words" in
  " group show --name rg one --output tsv") printf '%s\n' "/subscriptions/0000/resourceGroups/rg one" ;;
  " account show --output tsv") printf '0000\r\n' ;;
  " resource list --resource-group rg one --output tsv")
    printf 'Microsoft.Storage/storageAccounts\tStorageV2\tStandard_RAGZRS\t%s\n' "$st"
    printf 'Microsoft.Sql/servers\tv12.0\tNone\t%s\n' "$sql"
    printf 'Microsoft.DocumentDB/databaseAccounts\tGlobalDocumentDB\tNone\t%s\n' "$cosmos" ;;
  " resource list --resource-group rg one --output json")
    printf '[{"id":"%s","type":"Microsoft.Storage/storageAccounts","name":"starchive","properties":null,"resourceGroup":"rg one"},' "$st"
    printf '{"id":"%s","type":"Microsoft.Cache/Redis","name":"red1","properties":null,"resourceGroup":"rg one"}]\n' "$base/Microsoft.Cache/Redis/red1" ;;
  " storage account list --resource-group rg one --output json")
    printf '[{"id":"%s","type":"Microsoft.Storage/storageAccounts","name":"starchive","kind":"StorageV2","sku":{"name":"Standard_RAGZRS"},"enableHttpsTrafficOnly":true,"minimumTlsVersion":"TLS1_0","resourceGroup":"rg one"}]\n' "$st" ;;
  " storage container-rm list --storage-account starchive --resource-group rg one --output json")
    printf '[{"id":"%s","type":"Microsoft.Storage/storageAccounts/blobServices/containers","name":"records","publicAccess":"None"}]\n' "$st/blobServices/default/containers/records" ;;
  " storage container-rm list --storage-account starchive --resource-group rg one --output tsv")
    printf '%s\n' "$st/blobServices/default/containers/records" ;;
  " storage container immutability-policy show --account-name starchive --container-name records --resource-group rg one --output json")
    printf '{"immutabilityPeriodSinceCreationInDays":2555,"state":"Locked","id":null}\n' ;;
  " sql server list --resource-group rg one --output json")
    printf '[{"id":"%s","type":"Microsoft.Sql/servers","name":"sql1","minimalTlsVersion":"1.2","publicNetworkAccess":"Disabled"}]\n' "$sql" ;;
  " sql db list --server sql1 --resource-group rg one --output json")
    printf '[{"id":"%s","type":"Microsoft.Sql/servers/databases","name":"orders","zoneRedundant":false,"sku":{"name":"GP_Gen5","tier":"GeneralPurpose"}}]\n' "$sql/databases/orders" ;;
  " sql db list --server sql1 --resource-group rg one --output tsv") printf '%s\n' "$sql/databases/orders" ;;
  " cosmosdb sql database list --account-name cos1 --resource-group rg one --output json")
    printf '[{"id":"%s","type":"Microsoft.DocumentDB/databaseAccounts/sqlDatabases","name":"my db'\''s","resource":{"id":"x"}}]\n' "$db" ;;
  " cosmosdb sql database list --account-name cos1 --resource-group rg one --output tsv") printf '%s\n' "$db" ;;
  " cosmosdb sql container list --account-name cos1 --database-name my db's --resource-group rg one --output json")
    printf '[{"id":"%s","type":"Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers","name":"a \\"b\\" $(c)","resource":{"id":"x"}}]\n' "$db/containers/a \\\"b\\\" \$(c)" ;;
  " cosmosdb sql container list --account-name cos1 --database-name my db's --resource-group rg one --output tsv")
    printf '%s\n' "$db/containers/a \"b\" \$(c)" ;;
  *" list --"* | *" list-links --"*) case "$words" in *" tsv") ;; *) printf '[]\n' ;; esac ;;
  " rest --method get"*) [ -n "$query" ] || printf '{"value":[]}\n' ;;
  *) if [ -n "${MENDED:-}" ]; then printf '{"properties":{}}\n'; else echo "ERROR: (NotFound) there is none" >&2; exit 3; fi ;;
esac
"#;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("archlint-collect-{name}-{}", std::process::id()));
        std::fs::create_dir_all(path.join(".git")).expect("a folder");
        std::fs::create_dir_all(path.join("bin")).expect("a folder");
        let az = path.join("bin/az");
        std::fs::write(&az, AZ).expect("written");
        std::fs::set_permissions(&az, std::fs::Permissions::from_mode(0o755)).expect("allowed");
        Folder(path)
    }

    fn archlint(&self, arguments: &[&str]) -> (i32, String) {
        let output = Command::cargo_bin("archlint").expect("the program").current_dir(&self.0).args(arguments).output();
        let output = output.expect("it runs");
        (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Runs the script; its exit code, what it tells, and what it asked of `az`.
    fn collect(&self, mended: bool) -> (i32, String, Vec<String>) {
        let log = self.0.join("log.txt");
        std::fs::write(&log, "").expect("written");
        let path = std::env::var("PATH").unwrap_or_default();
        let mut command = std::process::Command::new("sh");
        command.arg("collect.sh").arg("out folder").current_dir(&self.0).env("AZ_LOG", &log);
        command.env("PATH", format!("{}:{path}", self.0.join("bin").display()));
        if mended {
            command.env("MENDED", "yes");
        }
        let output = command.output().expect("sh runs");
        let asked = std::fs::read_to_string(&log).expect("a log").lines().map(str::to_owned).collect();
        (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stderr).into_owned(), asked)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is left to the system's own cleaning of temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const PACKS: [&str; 4] = ["--pack", "azure-data", "--pack", "techmart"];

#[test]
fn the_script_only_reads() {
    let folder = Folder::new("reads");
    for scope in
        [&["--resource-group", "rg", "--resource-group", "it's; rm -rf \"$HOME\" `id`"][..], &["--subscription", "s1"]]
    {
        let (code, script) = folder.archlint(&[&["collect"][..], scope, &PACKS].concat());
        assert_eq!(code, 0);
        // A type that a rule looks at and nothing reads must not go unnoticed.
        let left_out = script.lines().find_map(|line| line.strip_prefix("# No command is known for: "));
        let known = "microsoft.streamanalytics/streamingjobs/transformations";
        assert!(left_out.is_none_or(|types| types == known), "{left_out:?}");
        let calls: Vec<&str> = script
            .lines()
            .flat_map(|line| line.split(" az ").skip(1))
            .chain(script.lines().filter_map(|line| line.trim_start().strip_prefix("az ")))
            .collect();
        assert!(calls.len() > 60, "only {} commands", calls.len());
        for call in calls {
            let words: Vec<&str> = call.split(' ').take_while(|word| !word.starts_with("--")).collect();
            let reads = words.last().is_some_and(|verb| ["list", "show", "get"].contains(verb));
            assert!(reads || call.starts_with("rest --method get --url \"$id/"), "{call}");
            assert!(!call.contains("--body"), "{call}");
        }
    }
    assert_eq!(folder.archlint(&["collect"]).0, 2, "without a scope there is nothing to export");
    assert_eq!(folder.archlint(&["collect", "--resource-group=--help"]).0, 2);
}

#[test]
fn what_the_script_exports_is_checked_whole() {
    let folder = Folder::new("whole");
    let (_, script) = folder.archlint(&[&["collect", "--resource-group", "rg one"][..], &PACKS].concat());
    std::fs::write(folder.0.join("collect.sh"), script).expect("written");

    // What fails is told, and stops nothing.
    let (code, told, asked) = folder.collect(false);
    assert_eq!(code, 1, "{told}");
    let failed: Vec<&str> = told.lines().filter(|line| line.ends_with("(NotFound) there is none")).collect();
    assert!(failed.iter().any(|line| line.contains("management-policy show --account-name starchive")), "{told}");
    assert!(asked.len() > failed.len() + 20, "{asked:?}");
    let odd = r#"az [cosmosdb] [sql] [container] [throughput] [show] [--account-name] [cos1] [--database-name] [my db's] [--name] [a "b" $(c)] [--resource-group] [rg one]"#;
    assert!(asked.iter().any(|line| line.starts_with(odd)), "{asked:#?}");

    // Run again, it asks for nothing but what failed.
    let (code, _, again) = folder.collect(false);
    assert_eq!((code, again.len()), (1, failed.len()), "{again:#?}");

    let (code, text) = folder.archlint(
        &[&["check", "out folder", "--show-unknown", "--format", "json", "--fail-on", "never"][..], &PACKS].concat(),
    );
    let run: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!((code, run["problems"].as_array().map(Vec::len)), (0, Some(0)), "{:#}", run["problems"]);
    assert!(run["summary"]["notTemplates"] == 0, "{:#}", run["inputs"]);
    let verdict = |rule: &str, name: &str| -> String {
        let all = run["outcomes"].as_array().expect("outcomes");
        let one = all.iter().find(|one| one["rule"] == rule && one["resource"]["name"] == name);
        one.map(|one| one["verdict"].as_str().unwrap_or_default().to_owned()).unwrap_or_default()
    };
    assert_eq!(verdict("storage-accepts-old-tls", "starchive"), "fail");
    // The policy has no id: the file says what it belongs to.
    assert_eq!(verdict("archive-retention-unlocked", "starchive"), "pass");
    // An empty list shows that there is none; what failed is not known.
    assert_eq!(verdict("orders-without-failover-group", "orders"), "fail");
    assert_eq!(verdict("orders-backups-not-kept-seven-years", "orders"), "unknown");
    // What the list of all resources has, and no other command showed.
    assert_eq!(verdict("redis-accepts-old-tls", "red1"), "unknown");

    let (code, told, last) = folder.collect(true);
    assert_eq!((code, last.len()), (0, failed.len()), "{told}");
    let (code, _, none) = folder.collect(false);
    assert_eq!((code, none.len()), (0, 0), "{none:?}");
}

#[test]
fn shellcheck_has_nothing_to_say() {
    if std::process::Command::new("shellcheck").arg("--version").output().is_err() {
        eprintln!("skipped: shellcheck is not here");
        return;
    }
    let folder = Folder::new("shellcheck");
    for scope in [["--resource-group", "it's"], ["--subscription", "s1"]] {
        let (_, script) = folder.archlint(&[&["collect"][..], &scope, &PACKS].concat());
        std::fs::write(folder.0.join("collect.sh"), script).expect("written");
        let output =
            std::process::Command::new("shellcheck").arg(folder.0.join("collect.sh")).output().expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}
