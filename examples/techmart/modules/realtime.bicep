@description('Beginning of all names.')
param namePrefix string

@description('Region of the deployment.')
param location string

@description('Tags of every resource.')
param tags object

@description('Name of the catalog account.')
param catalogAccountName string

resource namespace 'Microsoft.EventHub/namespaces@2024-01-01' = {
  name: 'evhns-${namePrefix}'
  location: location
  tags: union(tags, { component: 'events' })
  sku: {
    name: 'Standard'
    tier: 'Standard'
    capacity: 4
  }
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    isAutoInflateEnabled: true
    maximumThroughputUnits: 20
    minimumTlsVersion: '1.2'
    disableLocalAuth: true
    publicNetworkAccess: 'Disabled'
    zoneRedundant: true
  }
}

resource networkRules 'Microsoft.EventHub/namespaces/networkRuleSets@2024-01-01' = {
  parent: namespace
  name: 'default'
  properties: {
    publicNetworkAccess: 'Disabled'
    defaultAction: 'Deny'
    trustedServiceAccessEnabled: true
  }
}

resource browsingHub 'Microsoft.EventHub/namespaces/eventhubs@2024-01-01' = {
  parent: namespace
  name: 'browsing'
  properties: {
    partitionCount: 32
    messageRetentionInDays: 7
  }
}

resource ordersHub 'Microsoft.EventHub/namespaces/eventhubs@2024-01-01' = {
  parent: namespace
  name: 'orders'
  properties: {
    partitionCount: 16
    messageRetentionInDays: 7
  }
}

resource browsingStream 'Microsoft.EventHub/namespaces/eventhubs/consumergroups@2024-01-01' = {
  parent: browsingHub
  name: 'stream'
  properties: {}
}

resource browsingAnalytics 'Microsoft.EventHub/namespaces/eventhubs/consumergroups@2024-01-01' = {
  parent: browsingHub
  name: 'analytics'
  properties: {}
}

resource ordersStream 'Microsoft.EventHub/namespaces/eventhubs/consumergroups@2024-01-01' = {
  parent: ordersHub
  name: 'stream'
  properties: {}
}

resource job 'Microsoft.StreamAnalytics/streamingjobs@2021-10-01-preview' = {
  name: 'asa-${namePrefix}'
  location: location
  tags: union(tags, { component: 'stream' })
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    sku: {
      name: 'StandardV2'
    }
    compatibilityLevel: '1.2'
    outputErrorPolicy: 'Stop'
    inputs: [
      {
        name: 'browsing'
        properties: {
          type: 'Stream'
          datasource: {
            type: 'Microsoft.EventHub/EventHub'
            properties: {
              serviceBusNamespace: 'evhns-${namePrefix}'
              eventHubName: 'browsing'
              consumerGroupName: 'stream'
              authenticationMode: 'Msi'
            }
          }
          serialization: {
            type: 'Json'
            properties: {
              encoding: 'UTF8'
            }
          }
        }
      }
    ]
    transformation: {
      name: 'profile'
      properties: {
        streamingUnits: 6
        query: 'SELECT userId, COUNT(*) AS views INTO profiles FROM browsing TIMESTAMP BY at GROUP BY userId, HoppingWindow(minute, 30, 1)'
      }
    }
    outputs: [
      {
        name: 'profiles'
        properties: {
          datasource: {
            type: 'Microsoft.Storage/DocumentDB'
            properties: {
              accountId: catalogAccountName
              database: 'shop'
              collectionNamePattern: 'profiles'
              authenticationMode: 'Msi'
            }
          }
        }
      }
    ]
  }
  dependsOn: [
    browsingHub
    namespace
  ]
}

resource cache 'Microsoft.Cache/redisEnterprise@2025-04-01' = {
  name: 'amr-${namePrefix}'
  location: location
  tags: union(tags, { component: 'recommendations' })
  sku: {
    name: 'Balanced_B50'
  }
  properties: {
    highAvailability: 'Enabled'
    minimumTlsVersion: '1.2'
  }
}

resource cacheDatabase 'Microsoft.Cache/redisEnterprise/databases@2025-04-01' = {
  parent: cache
  name: 'default'
  properties: {
    clientProtocol: 'Encrypted'
    port: 10000
    clusteringPolicy: 'OSSCluster'
    evictionPolicy: 'VolatileLRU'
    accessKeysAuthentication: 'Disabled'
  }
}

output namespaceName string = 'evhns-${namePrefix}'
output cacheHost string = cache.properties.hostName
