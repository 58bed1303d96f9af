@description('Region.')
param location string = 'westeurope'

@description('Password of the SQL administrator.')
@secure()
param sqlAdminPassword string

resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: 'sttechmartlab'
  location: location
  sku: {
    name: 'Standard_LRS'
  }
  kind: 'StorageV2'
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: true
    minimumTlsVersion: 'TLS1_0'
  }
}

resource server 'Microsoft.Sql/servers@2023-08-01' = {
  name: 'sql-techmart-lab'
  location: location
  properties: {
    administratorLogin: 'labadmin'
    administratorLoginPassword: sqlAdminPassword
    publicNetworkAccess: 'Enabled'
    minimalTlsVersion: '1.2'
  }
}

resource allowAzure 'Microsoft.Sql/servers/firewallRules@2023-08-01' = {
  parent: server
  name: 'everything'
  properties: {
    startIpAddress: '0.0.0.0'
    endIpAddress: '255.255.255.255'
  }
}

resource orders 'Microsoft.Sql/servers/databases@2023-08-01' = {
  parent: server
  name: 'orders'
  location: location
  sku: {
    name: 'Basic'
    tier: 'Basic'
  }
  properties: {
    requestedBackupStorageRedundancy: 'Local'
  }
}

resource factory 'Microsoft.DataFactory/factories@2018-06-01' = {
  name: 'adf-techmart-lab'
  location: location
  identity: {
    type: 'SystemAssigned'
  }
  properties: {}
}

resource storageLink 'Microsoft.DataFactory/factories/linkedservices@2018-06-01' = {
  parent: factory
  name: 'AzureStorageLinkedService'
  properties: {
    type: 'AzureBlobStorage'
    typeProperties: {
      connectionString: 'DefaultEndpointsProtocol=https;AccountName=sttechmartlab;AccountKey=bGFibGFibGFibGFibGFibGFibGFibGFibGFibGFibGFibGFibGFibGFibGFibGFibGFibGFibGFibGFibGFibGE=;EndpointSuffix=core.windows.net'
    }
  }
}

resource sqlLink 'Microsoft.DataFactory/factories/linkedservices@2018-06-01' = {
  parent: factory
  name: 'AzureSqlLinkedService'
  properties: {
    type: 'AzureSqlDatabase'
    typeProperties: {
      connectionString: 'Server=tcp:sql-techmart-lab.database.windows.net,1433;Initial Catalog=orders;User ID=labadmin;Password=Lab-Only-Pa55;Encrypt=True'
    }
  }
}
