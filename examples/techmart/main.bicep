@description('Environment: dev, test or prod.')
@allowed([
  'dev'
  'test'
  'prod'
])
param environmentName string

@description('Beginning of all names.')
@minLength(3)
@maxLength(12)
param namePrefix string = 'tm${environmentName}'

@description('Primary region.')
param location string = 'westeurope'

@description('Region of replicas and partners.')
param secondaryLocation string = 'northeurope'

@description('Entra group of SQL administrators.')
param sqlAdminGroupName string

@description('Object id of that group.')
param sqlAdminGroupObjectId string

@description('Where failures and budget alerts are told.')
param operatorEmail string

@description('Days that financial records stay immutable.')
param archiveRetentionDays int = 2555

@description('Redundancy of the archive.')
@allowed([
  'Standard_RAGZRS'
  'Standard_GZRS'
  'Standard_RAGRS'
])
param archiveRedundancy string = 'Standard_RAGZRS'

@description('Days until media moves to Cool.')
param mediaCoolAfterDays int = 30

@description('First month of the budget.')
param budgetStart string = '2026-01-01'

var tags = {
  platform: 'techmart'
  environment: environmentName
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring-${environmentName}'
  params: {
    namePrefix: namePrefix
    location: location
    tags: tags
  }
}

module transactional 'modules/transactional.bicep' = {
  name: 'transactional-${environmentName}'
  params: {
    namePrefix: namePrefix
    location: location
    tags: tags
    secondaryLocation: secondaryLocation
    sqlAdminGroupName: sqlAdminGroupName
    sqlAdminGroupObjectId: sqlAdminGroupObjectId
    workspaceId: monitoring.outputs.workspaceId
  }
}

module catalog 'modules/catalog.bicep' = {
  name: 'catalog-${environmentName}'
  params: {
    namePrefix: namePrefix
    location: location
    tags: tags
    secondaryLocation: secondaryLocation
  }
}

module realtime 'modules/realtime.bicep' = {
  name: 'realtime-${environmentName}'
  params: {
    namePrefix: namePrefix
    location: location
    tags: tags
    catalogAccountName: catalog.outputs.accountName
  }
}

module media 'modules/media.bicep' = {
  name: 'media-${environmentName}'
  params: {
    namePrefix: namePrefix
    location: location
    tags: tags
    coolAfterDays: mediaCoolAfterDays
    functionId: '${resourceId('Microsoft.Web/sites', 'func-${namePrefix}-media')}/functions/process'
    workspaceId: monitoring.outputs.workspaceId
  }
}

module application 'modules/application.bicep' = {
  name: 'application-${environmentName}'
  params: {
    namePrefix: namePrefix
    location: location
    tags: tags
    sqlListener: transactional.outputs.listener
    catalogEndpoint: catalog.outputs.endpoint
    catalogAccountName: catalog.outputs.accountName
    mediaAccountName: media.outputs.accountName
    eventNamespace: realtime.outputs.namespaceName
    cacheHost: realtime.outputs.cacheHost
    insightsConnectionString: monitoring.outputs.insightsConnectionString
  }
}

module archive 'modules/archive.bicep' = {
  name: 'archive-${environmentName}'
  params: {
    namePrefix: namePrefix
    location: location
    tags: tags
    retentionDays: archiveRetentionDays
    redundancy: archiveRedundancy
    workspaceId: monitoring.outputs.workspaceId
  }
}

module reporting 'modules/reporting.bicep' = {
  name: 'reporting-${environmentName}'
  params: {
    namePrefix: namePrefix
    location: location
    tags: tags
    sqlReadOnlyListener: transactional.outputs.readOnlyListener
    catalogEndpoint: catalog.outputs.endpoint
    mediaEndpoint: media.outputs.blobEndpoint
    archiveEndpoint: archive.outputs.blobEndpoint
    operatorEmail: operatorEmail
    workspaceId: monitoring.outputs.workspaceId
    mediaAccountName: media.outputs.accountName
    archiveAccountName: archive.outputs.accountName
  }
}

resource budget 'Microsoft.Consumption/budgets@2023-11-01' = {
  name: 'budget-${namePrefix}'
  properties: {
    category: 'Cost'
    amount: 25000
    timeGrain: 'Monthly'
    timePeriod: {
      startDate: budgetStart
    }
    notifications: {
      eightyPercent: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 80
        contactEmails: [
          operatorEmail
        ]
      }
      forecast: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 100
        thresholdType: 'Forecasted'
        contactEmails: [
          operatorEmail
        ]
      }
    }
  }
}

resource immutability 'Microsoft.Authorization/policyAssignments@2024-04-01' = {
  name: 'archive-immutability'
  properties: {
    displayName: 'Records are immutable'
    policyDefinitionId: subscriptionResourceId('Microsoft.Authorization/policyDefinitions', 'techmart-archive-immutability')
    enforcementMode: 'Default'
  }
}
