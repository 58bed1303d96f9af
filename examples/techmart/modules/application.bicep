@description('Beginning of all names.')
param namePrefix string

@description('Region of the deployment.')
param location string

@description('Tags of every resource.')
param tags object

@description('Listener of the failover group.')
param sqlListener string

@description('Endpoint of the catalog.')
param catalogEndpoint string

@description('Name of the catalog account.')
param catalogAccountName string

@description('Name of the media account.')
param mediaAccountName string

@description('Name of the Event Hubs namespace.')
param eventNamespace string

@description('Host name of the cache.')
param cacheHost string

@description('Application Insights that receives telemetry.')
param insightsConnectionString string

var blobDataOwner = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'

resource plan 'Microsoft.Web/serverfarms@2023-12-01' = {
  name: 'plan-${namePrefix}'
  location: location
  tags: tags
  sku: {
    name: 'P1v3'
    tier: 'PremiumV3'
    capacity: 3
  }
  properties: {
    zoneRedundant: true
  }
}

resource shop 'Microsoft.Web/sites@2023-12-01' = {
  name: 'app-${namePrefix}-shop'
  location: location
  tags: tags
  kind: 'app'
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    publicNetworkAccess: 'Enabled'
    clientAffinityEnabled: false
    siteConfig: {
      minTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
      alwaysOn: true
      healthCheckPath: '/health'
      appSettings: [
        {
          name: 'APPLICATIONINSIGHTS_CONNECTION_STRING'
          value: insightsConnectionString
        }
        {
          name: 'Catalog__Endpoint'
          value: catalogEndpoint
        }
        {
          name: 'Recommendations__Host'
          value: cacheHost
        }
        {
          name: 'EventHub__fullyQualifiedNamespace'
          value: '${eventNamespace}.servicebus.windows.net'
        }
      ]
      connectionStrings: [
        {
          name: 'Orders'
          type: 'SQLAzure'
          connectionString: 'Server=tcp:${sqlListener},1433;Database=orders;Authentication=Active Directory Default;Encrypt=True;Max Pool Size=200;'
        }
        {
          name: 'OrdersReadOnly'
          type: 'SQLAzure'
          connectionString: 'Server=tcp:${sqlListener},1433;Database=orders;Authentication=Active Directory Default;Encrypt=True;ApplicationIntent=ReadOnly;Max Pool Size=200;'
        }
      ]
    }
  }
}

resource mediaFunction 'Microsoft.Web/sites@2023-12-01' = {
  name: 'func-${namePrefix}-media'
  location: location
  tags: tags
  kind: 'functionapp'
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    publicNetworkAccess: 'Enabled'
    clientAffinityEnabled: false
    siteConfig: {
      minTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
      alwaysOn: true
      healthCheckPath: '/health'
      appSettings: [
        {
          name: 'APPLICATIONINSIGHTS_CONNECTION_STRING'
          value: insightsConnectionString
        }
        {
          name: 'FUNCTIONS_EXTENSION_VERSION'
          value: '~4'
        }
        {
          name: 'FUNCTIONS_WORKER_RUNTIME'
          value: 'dotnet-isolated'
        }
        {
          name: 'AzureWebJobsStorage__accountName'
          value: mediaAccountName
        }
      ]
    }
  }
}

resource moderationFunction 'Microsoft.Web/sites@2023-12-01' = {
  name: 'func-${namePrefix}-moderation'
  location: location
  tags: tags
  kind: 'functionapp'
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    publicNetworkAccess: 'Enabled'
    clientAffinityEnabled: false
    siteConfig: {
      minTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
      alwaysOn: true
      healthCheckPath: '/health'
      appSettings: [
        {
          name: 'APPLICATIONINSIGHTS_CONNECTION_STRING'
          value: insightsConnectionString
        }
        {
          name: 'FUNCTIONS_EXTENSION_VERSION'
          value: '~4'
        }
        {
          name: 'FUNCTIONS_WORKER_RUNTIME'
          value: 'dotnet-isolated'
        }
        {
          name: 'AzureWebJobsStorage__accountName'
          value: mediaAccountName
        }
        {
          name: 'Catalog__accountEndpoint'
          value: catalogEndpoint
        }
      ]
    }
  }
}

resource moderate 'Microsoft.Web/sites/functions@2023-12-01' = {
  parent: moderationFunction
  name: 'moderate'
  properties: {
    config: {
      bindings: [
        {
          type: 'cosmosDBTrigger'
          name: 'reviews'
          direction: 'in'
          connection: 'Catalog'
          databaseName: 'shop'
          containerName: 'reviews'
          leaseContainerName: 'leases'
        }
        {
          type: 'eventHub'
          name: 'recalculate'
          direction: 'out'
          connection: 'EventHub'
          eventHubName: 'orders'
        }
      ]
    }
  }
}

resource mediaAccount 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: mediaAccountName
}

resource mediaFunctionRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(mediaAccount.id, mediaFunction.id, blobDataOwner)
  scope: mediaAccount
  properties: {
    principalId: mediaFunction.identity.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataOwner)
  }
}

resource moderationFunctionRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(mediaAccount.id, moderationFunction.id, blobDataOwner)
  scope: mediaAccount
  properties: {
    principalId: moderationFunction.identity.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataOwner)
  }
}

output mediaFunctionId string = '${mediaFunction.id}/functions/process'
