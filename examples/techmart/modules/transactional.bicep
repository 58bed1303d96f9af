@description('Beginning of all names.')
param namePrefix string

@description('Region of the deployment.')
param location string

@description('Region of the failover partner.')
param secondaryLocation string

@description('Tags of every resource.')
param tags object

@description('Entra group of SQL administrators.')
param sqlAdminGroupName string

@description('Object id of that group.')
param sqlAdminGroupObjectId string

@description('vCores of the orders database.')
@minValue(2)
param vCores int = 16

@description('Workspace that receives the logs.')
param workspaceId string

resource primary 'Microsoft.Sql/servers@2023-08-01' = {
  name: 'sql-${namePrefix}-primary'
  location: location
  tags: tags
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    version: '12.0'
    minimalTlsVersion: '1.2'
    publicNetworkAccess: 'Disabled'
    administrators: {
      administratorType: 'ActiveDirectory'
      azureADOnlyAuthentication: true
      principalType: 'Group'
      login: sqlAdminGroupName
      sid: sqlAdminGroupObjectId
      tenantId: subscription().tenantId
    }
  }
}

resource secondary 'Microsoft.Sql/servers@2023-08-01' = {
  name: 'sql-${namePrefix}-secondary'
  location: secondaryLocation
  tags: tags
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    version: '12.0'
    minimalTlsVersion: '1.2'
    publicNetworkAccess: 'Disabled'
    administrators: {
      administratorType: 'ActiveDirectory'
      azureADOnlyAuthentication: true
      principalType: 'Group'
      login: sqlAdminGroupName
      sid: sqlAdminGroupObjectId
      tenantId: subscription().tenantId
    }
  }
}

resource orders 'Microsoft.Sql/servers/databases@2023-08-01' = {
  parent: primary
  name: 'orders'
  location: location
  tags: union(tags, { component: 'orders-db' })
  sku: {
    name: 'BC_Gen5'
    tier: 'BusinessCritical'
    family: 'Gen5'
    capacity: vCores
  }
  properties: {
    collation: 'SQL_Latin1_General_CP1_CI_AS'
    readScale: 'Enabled'
    zoneRedundant: true
    requestedBackupStorageRedundancy: 'GeoZone'
    maxSizeBytes: 1099511627776
  }
}

resource ordersShortTerm 'Microsoft.Sql/servers/databases/backupShortTermRetentionPolicies@2023-08-01' = {
  parent: orders
  name: 'default'
  properties: {
    retentionDays: 14
    diffBackupIntervalInHours: 12
  }
}

resource ordersLongTerm 'Microsoft.Sql/servers/databases/backupLongTermRetentionPolicies@2023-08-01' = {
  parent: orders
  name: 'default'
  properties: {
    weeklyRetention: 'P12W'
    monthlyRetention: 'P12M'
    yearlyRetention: 'P7Y'
    weekOfYear: 1
  }
  dependsOn: [
    ordersShortTerm
  ]
}

resource failoverGroup 'Microsoft.Sql/servers/failoverGroups@2023-08-01' = {
  parent: primary
  name: 'fog-${namePrefix}'
  properties: {
    readWriteEndpoint: {
      failoverPolicy: 'Automatic'
      failoverWithDataLossGracePeriodMinutes: 60
    }
    readOnlyEndpoint: {
      failoverPolicy: 'Enabled'
    }
    partnerServers: [
      {
        id: secondary.id
      }
    ]
    databases: [
      orders.id
    ]
  }
}

resource primaryAuditing 'Microsoft.Sql/servers/auditingSettings@2023-08-01' = {
  parent: primary
  name: 'default'
  properties: {
    state: 'Enabled'
    isAzureMonitorTargetEnabled: true
    retentionDays: 0
  }
}

resource secondaryAuditing 'Microsoft.Sql/servers/auditingSettings@2023-08-01' = {
  parent: secondary
  name: 'default'
  properties: {
    state: 'Enabled'
    isAzureMonitorTargetEnabled: true
    retentionDays: 0
  }
}

resource primaryMaster 'Microsoft.Sql/servers/databases@2023-08-01' existing = {
  parent: primary
  name: 'master'
}

resource secondaryMaster 'Microsoft.Sql/servers/databases@2023-08-01' existing = {
  parent: secondary
  name: 'master'
}

resource primaryAuditLog 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'audit'
  scope: primaryMaster
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'SQLSecurityAuditEvents'
        enabled: true
      }
    ]
  }
}

resource secondaryAuditLog 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'audit'
  scope: secondaryMaster
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'SQLSecurityAuditEvents'
        enabled: true
      }
    ]
  }
}

resource primaryLock 'Microsoft.Authorization/locks@2020-05-01' = {
  name: 'orders'
  scope: primary
  properties: {
    level: 'CanNotDelete'
    notes: 'Orders'
  }
}

resource secondaryLock 'Microsoft.Authorization/locks@2020-05-01' = {
  name: 'orders'
  scope: secondary
  properties: {
    level: 'CanNotDelete'
    notes: 'Replica of the orders'
  }
}

output serverName string = 'sql-${namePrefix}-primary'
output listener string = 'fog-${namePrefix}${environment().suffixes.sqlServerHostname}'
output readOnlyListener string = 'fog-${namePrefix}.secondary${environment().suffixes.sqlServerHostname}'
output databaseId string = orders.id
