@description('Beginning of all names.')
param namePrefix string

@description('Region of the deployment.')
param location string

@description('Second write region.')
param secondaryLocation string

@description('Tags of every resource.')
param tags object

@description('Default consistency.')
@allowed([
  'Session'
  'BoundedStaleness'
  'Eventual'
])
param consistency string = 'Session'

resource account 'Microsoft.DocumentDB/databaseAccounts@2024-11-15' = {
  name: 'cosmos-${namePrefix}-catalog'
  location: location
  tags: union(tags, { component: 'catalog' })
  kind: 'GlobalDocumentDB'
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    databaseAccountOfferType: 'Standard'
    consistencyPolicy: {
      defaultConsistencyLevel: consistency
    }
    enableMultipleWriteLocations: true
    enableAutomaticFailover: true
    locations: [
      {
        locationName: location
        failoverPriority: 0
        isZoneRedundant: true
      }
      {
        locationName: secondaryLocation
        failoverPriority: 1
        isZoneRedundant: true
      }
    ]
    backupPolicy: {
      type: 'Continuous'
      continuousModeProperties: {
        tier: 'Continuous30Days'
      }
    }
    disableLocalAuth: true
    disableKeyBasedMetadataWriteAccess: true
    publicNetworkAccess: 'Disabled'
    minimalTlsVersion: 'Tls12'
  }
}

resource database 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases@2024-11-15' = {
  parent: account
  name: 'shop'
  properties: {
    resource: {
      id: 'shop'
    }
  }
}

resource products 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2024-11-15' = {
  parent: database
  name: 'products'
  properties: {
    resource: {
      id: 'products'
      partitionKey: {
        kind: 'MultiHash'
        version: 2
        paths: [
          '/categoryId'
          '/productId'
        ]
      }
    }
    options: {
      autoscaleSettings: {
        maxThroughput: 50000
      }
    }
  }
}

resource reviews 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2024-11-15' = {
  parent: database
  name: 'reviews'
  properties: {
    resource: {
      id: 'reviews'
      partitionKey: {
        kind: 'Hash'
        version: 2
        paths: [
          '/productId'
        ]
      }
    }
    options: {
      autoscaleSettings: {
        maxThroughput: 10000
      }
    }
  }
}

resource leases 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2024-11-15' = {
  parent: database
  name: 'leases'
  properties: {
    resource: {
      id: 'leases'
      partitionKey: {
        kind: 'Hash'
        version: 2
        paths: [
          '/id'
        ]
      }
    }
    options: {
      autoscaleSettings: {
        maxThroughput: 1000
      }
    }
  }
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = {
  name: 'catalog'
  scope: account
  properties: {
    level: 'CanNotDelete'
    notes: 'Products and reviews'
  }
}

output accountName string = 'cosmos-${namePrefix}-catalog'
output endpoint string = account.properties.documentEndpoint
output accountId string = account.id
