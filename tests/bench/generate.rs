//! Makes exports of large estates for measuring and testing: real types with plausible settings and real relations
//! (databases below servers, private endpoints that name their target, diagnostic settings, locks), always the same.

use std::io::{self, Write};

/// How the resources are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One array, indented as `az` prints it.
    Array,
    /// One resource a line.
    Lines,
}

const SUBSCRIPTION: &str = "/subscriptions/5d1f0c9e-7a34-4b1e-9c60-2f8b41d7e015";

/// Resources of one application.
const PER_APPLICATION: usize = 14;

/// Writes `count` resources.
pub fn write(count: usize, form: Form, out: &mut impl Write) -> io::Result<()> {
    if form == Form::Array {
        out.write_all(b"[\n")?;
    }
    for number in 0..count {
        let resource = resource(number / PER_APPLICATION, number % PER_APPLICATION);
        if form == Form::Lines {
            out.write_all(compact(&resource).as_bytes())?;
            out.write_all(b"\n")?;
            continue;
        }
        out.write_all(resource.as_bytes())?;
        out.write_all(if number + 1 < count { b",\n" } else { b"\n" })?;
    }
    if form == Form::Array {
        out.write_all(b"]\n")?;
    }
    Ok(())
}

/// The same without the indentation; no text in it has two blanks in a row.
fn compact(resource: &str) -> String {
    resource.lines().map(str::trim_start).collect()
}

/// A number in `0..below` that depends on nothing but its arguments.
fn varied(application: usize, salt: usize, below: usize) -> usize {
    let mixed = (application as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        ^ (salt as u64).wrapping_mul(0xd1b5_4a32_d192_ed03);
    ((mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 33) as usize % below
}

fn resource(application: usize, role: usize) -> String {
    let group = format!("{SUBSCRIPTION}/resourceGroups/rg-app-{:05}", application / 4);
    let id = |rest: &str| format!("{group}/providers/{rest}");
    let region = ["westeurope", "northeurope", "eastus2", "swedencentral"][varied(application, 1, 4)];
    let storage = id(&format!("Microsoft.Storage/storageAccounts/stapp{application:06}"));
    let server = id(&format!("Microsoft.Sql/servers/sql-app-{application:06}"));
    let vault = id(&format!("Microsoft.KeyVault/vaults/kv-app-{application:06}"));
    let network = id(&format!("Microsoft.Network/virtualNetworks/vnet-app-{:05}", application / 4));
    let logs = format!(
        "{SUBSCRIPTION}/resourceGroups/rg-logs/providers/Microsoft.OperationalInsights/workspaces/law-{region}"
    );
    let yes = |salt: usize, percent: usize| varied(application, salt, 100) < percent;
    let switch = |salt: usize, percent: usize| if yes(salt, percent) { "Disabled" } else { "Enabled" };
    let (path, sku, kind, properties) = match role {
        0 => (
            storage.clone(),
            r#"{ "name": "Standard_ZRS", "tier": "Standard" }"#.to_owned(),
            "StorageV2",
            format!(
                r#"{{
      "accessTier": "Hot",
      "allowBlobPublicAccess": {},
      "allowCrossTenantReplication": false,
      "allowSharedKeyAccess": {},
      "creationTime": "2025-03-11T08:21:02.6612377Z",
      "defaultToOAuthAuthentication": true,
      "encryption": {{
        "keySource": "Microsoft.Storage",
        "requireInfrastructureEncryption": true,
        "services": {{
          "blob": {{ "enabled": true, "keyType": "Account", "lastEnabledTime": "2025-03-11T08:21:02.7237346Z" }},
          "file": {{ "enabled": true, "keyType": "Account", "lastEnabledTime": "2025-03-11T08:21:02.7237346Z" }}
        }}
      }},
      "minimumTlsVersion": "{}",
      "networkAcls": {{ "bypass": "AzureServices", "defaultAction": "{}", "ipRules": [], "virtualNetworkRules": [] }},
      "primaryEndpoints": {{
        "blob": "https://stapp{application:06}.blob.core.windows.net/",
        "dfs": "https://stapp{application:06}.dfs.core.windows.net/",
        "file": "https://stapp{application:06}.file.core.windows.net/",
        "queue": "https://stapp{application:06}.queue.core.windows.net/",
        "table": "https://stapp{application:06}.table.core.windows.net/"
      }},
      "primaryLocation": "{region}",
      "publicNetworkAccess": "{}",
      "statusOfPrimary": "available",
      "supportsHttpsTrafficOnly": true
    }}"#,
                yes(2, 3),
                yes(3, 60),
                if yes(4, 96) { "TLS1_2" } else { "TLS1_0" },
                if yes(5, 80) { "Deny" } else { "Allow" },
                switch(6, 70),
            ),
        ),
        1 => (
            format!("{storage}/blobServices/default"),
            r#"{ "name": "Standard_ZRS", "tier": "Standard" }"#.to_owned(),
            "",
            format!(
                r#"{{
      "changeFeed": {{ "enabled": false }},
      "containerDeleteRetentionPolicy": {{ "enabled": true, "days": 7 }},
      "cors": {{ "corsRules": [] }},
      "deleteRetentionPolicy": {{ "allowPermanentDelete": false, "enabled": {}, "days": 14 }},
      "isVersioningEnabled": true
    }}"#,
                yes(7, 90),
            ),
        ),
        2 => endpoint(
            &id(&format!("Microsoft.Network/privateEndpoints/pe-st-{application:06}")),
            &storage,
            "blob",
            &network,
        ),
        3 => (
            format!("{storage}/providers/Microsoft.Insights/diagnosticSettings/to-logs"),
            "null".to_owned(),
            "",
            format!(
                r#"{{
      "logAnalyticsDestinationType": null,
      "logs": [ {{ "category": null, "categoryGroup": "allLogs", "enabled": true, "retentionPolicy": {{ "days": 0, "enabled": false }} }} ],
      "metrics": [ {{ "category": "Transaction", "enabled": true, "retentionPolicy": {{ "days": 0, "enabled": false }} }} ],
      "workspaceId": "{logs}"
    }}"#
            ),
        ),
        4 => (
            server.clone(),
            "null".to_owned(),
            "v12.0",
            format!(
                r#"{{
      "administratorLogin": "sqladmin",
      "administrators": {{
        "administratorType": "ActiveDirectory",
        "azureADOnlyAuthentication": {},
        "login": "sg-sql-admins",
        "principalType": "Group",
        "sid": "0d7f4a57-2a3e-4b4f-8a50-8f6f9a3c1e11",
        "tenantId": "72f988bf-86f1-41af-91ab-2d7cd011db47"
      }},
      "fullyQualifiedDomainName": "sql-app-{application:06}.database.windows.net",
      "minimalTlsVersion": "1.2",
      "privateEndpointConnections": [],
      "publicNetworkAccess": "{}",
      "restrictOutboundNetworkAccess": "Disabled",
      "state": "Ready",
      "version": "12.0"
    }}"#,
                yes(8, 85),
                switch(9, 90),
            ),
        ),
        5 => (
            format!("{server}/databases/orders"),
            r#"{ "capacity": 8, "family": "Gen5", "name": "BC_Gen5", "tier": "BusinessCritical" }"#.to_owned(),
            "v12.0,user,vcore",
            format!(
                r#"{{
      "catalogCollation": "SQL_Latin1_General_CP1_CI_AS",
      "collation": "SQL_Latin1_General_CP1_CI_AS",
      "creationDate": "2025-03-12T06:11:52.423Z",
      "currentBackupStorageRedundancy": "Geo",
      "currentServiceObjectiveName": "BC_Gen5_8",
      "currentSku": {{ "capacity": 8, "family": "Gen5", "name": "BC_Gen5", "tier": "BusinessCritical" }},
      "databaseId": "f1b9a7c4-22d0-4a5e-93f7-0c8e61d2b7aa",
      "defaultSecondaryLocation": "northeurope",
      "earliestRestoreDate": "2026-01-12T00:00:00Z",
      "isInfraEncryptionEnabled": false,
      "isLedgerOn": false,
      "maintenanceConfigurationId": "{SUBSCRIPTION}/providers/Microsoft.Maintenance/publicMaintenanceConfigurations/SQL_Default",
      "maxSizeBytes": 268435456000,
      "readScale": "Enabled",
      "requestedBackupStorageRedundancy": "Geo",
      "requestedServiceObjectiveName": "BC_Gen5_8",
      "status": "Online",
      "zoneRedundant": {}
    }}"#,
                yes(10, 90),
            ),
        ),
        6 => (
            format!("{server}/databases/orders/transparentDataEncryption/current"),
            "null".to_owned(),
            "",
            r#"{ "state": "Enabled" }"#.to_owned(),
        ),
        7 => endpoint(
            &id(&format!("Microsoft.Network/privateEndpoints/pe-sql-{application:06}")),
            &server,
            "sqlServer",
            &network,
        ),
        8 => (
            vault,
            "null".to_owned(),
            "",
            format!(
                r#"{{
      "accessPolicies": [],
      "enablePurgeProtection": {},
      "enableRbacAuthorization": true,
      "enableSoftDelete": true,
      "enabledForDeployment": false,
      "enabledForDiskEncryption": false,
      "enabledForTemplateDeployment": false,
      "networkAcls": {{ "bypass": "AzureServices", "defaultAction": "Deny", "ipRules": [], "virtualNetworkRules": [] }},
      "provisioningState": "Succeeded",
      "publicNetworkAccess": "{}",
      "sku": {{ "family": "A", "name": "standard" }},
      "softDeleteRetentionInDays": 90,
      "tenantId": "72f988bf-86f1-41af-91ab-2d7cd011db47",
      "vaultUri": "https://kv-app-{application:06}.vault.azure.net/"
    }}"#,
                yes(11, 95),
                switch(12, 80),
            ),
        ),
        9 => (
            format!("{group}/providers/Microsoft.Authorization/locks/keep-{application:06}"),
            "null".to_owned(),
            "",
            r#"{ "level": "CanNotDelete", "notes": "shared by the teams of this group" }"#.to_owned(),
        ),
        _ => machine(application, role, &id, &network),
    };
    let type_name = type_of(&path);
    let name = path.rsplit('/').next().unwrap_or_default();
    format!(
        r#"  {{
    "id": "{path}",
    "name": "{name}",
    "type": "{type_name}",
    "location": "{region}",
    "kind": "{kind}",
    "sku": {sku},
    "identity": null,
    "tags": {{
      "application": "app-{application:06}",
      "costCentre": "{}",
      "environment": "production",
      "owner": "team-{:03}@example.com"
    }},
    "properties": {properties},
    "resourceGroup": "rg-app-{:05}",
    "subscriptionId": "5d1f0c9e-7a34-4b1e-9c60-2f8b41d7e015",
    "tenantId": "72f988bf-86f1-41af-91ab-2d7cd011db47"
  }}"#,
        4000 + varied(application, 13, 500),
        varied(application, 14, 400),
        application / 4,
    )
}

type Written = (String, String, &'static str, String);

fn endpoint(path: &str, target: &str, group: &str, network: &str) -> Written {
    let name = path.rsplit('/').next().unwrap_or_default();
    let properties = format!(
        r#"{{
      "customNetworkInterfaceName": "",
      "ipConfigurations": [],
      "manualPrivateLinkServiceConnections": [],
      "networkInterfaces": [ {{ "id": "{path}.nic" }} ],
      "privateLinkServiceConnections": [
        {{
          "id": "{path}/privateLinkServiceConnections/{name}",
          "name": "{name}",
          "properties": {{
            "groupIds": [ "{group}" ],
            "privateLinkServiceConnectionState": {{ "actionsRequired": "None", "description": "Auto-Approved", "status": "Approved" }},
            "privateLinkServiceId": "{target}",
            "provisioningState": "Succeeded"
          }}
        }}
      ],
      "provisioningState": "Succeeded",
      "subnet": {{ "id": "{network}/subnets/snet-endpoints" }}
    }}"#
    );
    (path.to_owned(), "null".to_owned(), "", properties)
}

/// What is no part of a data platform, as most of any estate.
fn machine(application: usize, role: usize, id: &dyn Fn(&str) -> String, network: &str) -> Written {
    let vm = id(&format!("Microsoft.Compute/virtualMachines/vm-app-{application:06}"));
    let nic = id(&format!("Microsoft.Network/networkInterfaces/nic-app-{application:06}"));
    let disk = id(&format!("Microsoft.Compute/disks/osdisk-app-{application:06}"));
    let none = || "null".to_owned();
    match role {
        10 => (
            vm,
            none(),
            "",
            format!(
                r#"{{
      "diagnosticsProfile": {{ "bootDiagnostics": {{ "enabled": true }} }},
      "hardwareProfile": {{ "vmSize": "Standard_D4s_v5" }},
      "networkProfile": {{ "networkInterfaces": [ {{ "id": "{nic}", "properties": {{ "primary": true }} }} ] }},
      "osProfile": {{
        "adminUsername": "azureuser",
        "computerName": "vm-app-{application:06}",
        "linuxConfiguration": {{
          "disablePasswordAuthentication": true,
          "patchSettings": {{ "assessmentMode": "AutomaticByPlatform", "patchMode": "AutomaticByPlatform" }},
          "provisionVMAgent": true
        }}
      }},
      "provisioningState": "Succeeded",
      "storageProfile": {{
        "dataDisks": [],
        "imageReference": {{ "offer": "0001-com-ubuntu-server-jammy", "publisher": "Canonical", "sku": "22_04-lts-gen2", "version": "latest" }},
        "osDisk": {{ "caching": "ReadWrite", "createOption": "FromImage", "deleteOption": "Delete", "managedDisk": {{ "id": "{disk}" }}, "osType": "Linux" }}
      }},
      "vmId": "9d8a2b1c-7d55-4f0e-8d62-3b0f2f8b7a10"
    }}"#
            ),
        ),
        11 => (
            nic,
            none(),
            "Regular",
            format!(
                r#"{{
      "allowPort25Out": false,
      "dnsSettings": {{ "appliedDnsServers": [], "dnsServers": [] }},
      "enableAcceleratedNetworking": true,
      "enableIPForwarding": false,
      "ipConfigurations": [
        {{
          "name": "ipconfig1",
          "properties": {{
            "primary": true,
            "privateIPAddress": "10.{}.{}.4",
            "privateIPAllocationMethod": "Dynamic",
            "provisioningState": "Succeeded",
            "subnet": {{ "id": "{network}/subnets/snet-apps" }}
          }}
        }}
      ],
      "macAddress": "00-0D-3A-2B-4C-5D",
      "provisioningState": "Succeeded",
      "virtualMachine": {{ "id": "{vm}" }}
    }}"#,
                varied(application, 15, 250),
                varied(application, 16, 250),
            ),
        ),
        12 => (
            disk,
            r#"{ "name": "Premium_LRS", "tier": "Premium" }"#.to_owned(),
            "",
            r#"{
      "creationData": { "createOption": "FromImage", "imageReference": { "id": "/subscriptions/5d1f0c9e-7a34-4b1e-9c60-2f8b41d7e015/providers/Microsoft.Compute/locations/westeurope/publishers/canonical" } },
      "diskIOPSReadWrite": 500,
      "diskMBpsReadWrite": 100,
      "diskSizeBytes": 137438953472,
      "diskSizeGB": 128,
      "diskState": "Attached",
      "encryption": { "type": "EncryptionAtRestWithPlatformKey" },
      "hyperVGeneration": "V2",
      "networkAccessPolicy": "AllowAll",
      "osType": "Linux",
      "provisioningState": "Succeeded",
      "publicNetworkAccess": "Enabled",
      "timeCreated": "2025-02-17T11:42:13.5812932Z"
    }"#
            .to_owned(),
        ),
        _ => (
            id(&format!("Microsoft.Network/networkSecurityGroups/nsg-app-{application:06}")),
            none(),
            "",
            r#"{
      "provisioningState": "Succeeded",
      "securityRules": [
        {
          "name": "allow-https",
          "properties": {
            "access": "Allow",
            "destinationAddressPrefix": "*",
            "destinationPortRange": "443",
            "direction": "Inbound",
            "priority": 100,
            "protocol": "Tcp",
            "sourceAddressPrefix": "VirtualNetwork",
            "sourcePortRange": "*"
          }
        }
      ]
    }"#
            .to_owned(),
        ),
    }
}

fn type_of(id: &str) -> String {
    let tail = id.rsplit("/providers/").next().unwrap_or_default();
    let parts: Vec<&str> = tail.split('/').collect();
    let types: Vec<&str> = parts[1..].iter().step_by(2).copied().collect();
    format!("{}/{}", parts[0], types.join("/"))
}
