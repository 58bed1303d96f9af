@description('Beginning of all names.')
param namePrefix string

@description('Region of the deployment.')
param location string

@description('Tags of every resource.')
param tags object

@description('Read-only listener of the failover group.')
param sqlReadOnlyListener string

@description('Endpoint of the catalog.')
param catalogEndpoint string

@description('Blob endpoint of the media account.')
param mediaEndpoint string

@description('Blob endpoint of the archive account.')
param archiveEndpoint string

@description('Where failures are told.')
param operatorEmail string

@description('Workspace that receives the logs.')
param workspaceId string

@description('Name of the media account.')
param mediaAccountName string

@description('Name of the archive account.')
param archiveAccountName string

var blobDataContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'

var blobDataReader = '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1'

resource factory 'Microsoft.DataFactory/factories@2018-06-01' = {
  name: 'adf-${namePrefix}-reporting'
  location: location
  tags: union(tags, { component: 'reporting' })
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    publicNetworkAccess: 'Disabled'
  }
}

resource ordersService 'Microsoft.DataFactory/factories/linkedservices@2018-06-01' = {
  parent: factory
  name: 'Orders'
  properties: {
    type: 'AzureSqlDatabase'
    typeProperties: {
      server: sqlReadOnlyListener
      database: 'orders'
      encrypt: 'mandatory'
      authenticationType: 'SystemAssignedManagedIdentity'
      applicationIntent: 'ReadOnly'
      pooling: true
      maxPoolSize: 100
    }
  }
}

resource catalogService 'Microsoft.DataFactory/factories/linkedservices@2018-06-01' = {
  parent: factory
  name: 'Catalog'
  properties: {
    type: 'CosmosDb'
    typeProperties: {
      accountEndpoint: catalogEndpoint
      database: 'shop'
    }
  }
}

resource mediaService 'Microsoft.DataFactory/factories/linkedservices@2018-06-01' = {
  parent: factory
  name: 'Media'
  properties: {
    type: 'AzureBlobStorage'
    typeProperties: {
      serviceEndpoint: mediaEndpoint
      accountKind: 'StorageV2'
    }
  }
}

resource lakeService 'Microsoft.DataFactory/factories/linkedservices@2018-06-01' = {
  parent: factory
  name: 'Lake'
  properties: {
    type: 'AzureBlobFS'
    typeProperties: {
      url: lake.properties.primaryEndpoints.dfs
    }
  }
}

resource archiveService 'Microsoft.DataFactory/factories/linkedservices@2018-06-01' = {
  parent: factory
  name: 'Archive'
  properties: {
    type: 'AzureBlobStorage'
    typeProperties: {
      serviceEndpoint: archiveEndpoint
      accountKind: 'StorageV2'
    }
  }
}

resource learningService 'Microsoft.DataFactory/factories/linkedservices@2018-06-01' = {
  parent: factory
  name: 'MachineLearning'
  properties: {
    type: 'AzureMLService'
    typeProperties: {
      subscriptionId: subscription().subscriptionId
      resourceGroupName: resourceGroup().name
      mlWorkspaceName: 'mlw-${namePrefix}'
      authentication: 'MSI'
    }
  }
}

resource ordersTable 'Microsoft.DataFactory/factories/datasets@2018-06-01' = {
  parent: factory
  name: 'Orders'
  properties: {
    type: 'AzureSqlTable'
    linkedServiceName: {
      referenceName: 'Orders'
      type: 'LinkedServiceReference'
    }
    typeProperties: {
      schema: 'dbo'
      table: 'Orders'
    }
  }
  dependsOn: [
    ordersService
  ]
}

resource watermarks 'Microsoft.DataFactory/factories/datasets@2018-06-01' = {
  parent: factory
  name: 'Watermarks'
  properties: {
    type: 'AzureSqlTable'
    linkedServiceName: {
      referenceName: 'Orders'
      type: 'LinkedServiceReference'
    }
    typeProperties: {
      schema: 'etl'
      table: 'Watermarks'
    }
  }
  dependsOn: [
    ordersService
  ]
}

resource reviewsSet 'Microsoft.DataFactory/factories/datasets@2018-06-01' = {
  parent: factory
  name: 'Reviews'
  properties: {
    type: 'CosmosDbSqlApiCollection'
    linkedServiceName: {
      referenceName: 'Catalog'
      type: 'LinkedServiceReference'
    }
    typeProperties: {
      collectionName: 'reviews'
    }
  }
  dependsOn: [
    catalogService
  ]
}

resource mediaMetadata 'Microsoft.DataFactory/factories/datasets@2018-06-01' = {
  parent: factory
  name: 'MediaMetadata'
  properties: {
    type: 'Json'
    linkedServiceName: {
      referenceName: 'Media'
      type: 'LinkedServiceReference'
    }
    typeProperties: {
      location: {
        type: 'AzureBlobStorageLocation'
        container: 'images'
        folderPath: 'metadata'
      }
    }
  }
  dependsOn: [
    mediaService
  ]
}

resource staging 'Microsoft.DataFactory/factories/datasets@2018-06-01' = {
  parent: factory
  name: 'Staging'
  properties: {
    type: 'Parquet'
    linkedServiceName: {
      referenceName: 'Lake'
      type: 'LinkedServiceReference'
    }
    typeProperties: {
      location: {
        type: 'AzureBlobFSLocation'
        fileSystem: 'staging'
      }
    }
  }
  dependsOn: [
    lakeService
  ]
}

resource results 'Microsoft.DataFactory/factories/datasets@2018-06-01' = {
  parent: factory
  name: 'Results'
  properties: {
    type: 'Parquet'
    linkedServiceName: {
      referenceName: 'Lake'
      type: 'LinkedServiceReference'
    }
    typeProperties: {
      location: {
        type: 'AzureBlobFSLocation'
        fileSystem: 'staging'
        folderPath: 'results'
      }
    }
  }
  dependsOn: [
    lakeService
  ]
}

resource curated 'Microsoft.DataFactory/factories/datasets@2018-06-01' = {
  parent: factory
  name: 'Curated'
  properties: {
    type: 'Parquet'
    linkedServiceName: {
      referenceName: 'Lake'
      type: 'LinkedServiceReference'
    }
    typeProperties: {
      location: {
        type: 'AzureBlobFSLocation'
        fileSystem: 'curated'
      }
    }
  }
  dependsOn: [
    lakeService
  ]
}

resource records 'Microsoft.DataFactory/factories/datasets@2018-06-01' = {
  parent: factory
  name: 'Records'
  properties: {
    type: 'Parquet'
    linkedServiceName: {
      referenceName: 'Archive'
      type: 'LinkedServiceReference'
    }
    typeProperties: {
      location: {
        type: 'AzureBlobStorageLocation'
        container: 'records'
      }
    }
  }
  dependsOn: [
    archiveService
  ]
}

resource reports 'Microsoft.DataFactory/factories/dataflows@2018-06-01' = {
  parent: factory
  name: 'Reports'
  properties: {
    type: 'MappingDataFlow'
    typeProperties: {
      sources: [
        {
          name: 'staged'
          dataset: {
            referenceName: 'Staging'
            type: 'DatasetReference'
          }
        }
      ]
      sinks: [
        {
          name: 'computed'
          dataset: {
            referenceName: 'Results'
            type: 'DatasetReference'
          }
        }
      ]
      transformations: [
        {
          name: 'revenue'
        }
      ]
      scriptLines: [
        'source(allowSchemaDrift: true, validateSchema: false, format: \'parquet\') ~> staged'
        'staged aggregate(groupBy(sellerId, orderDate), revenue = sum(amount), orders = count()) ~> revenue'
        'revenue sink(allowSchemaDrift: true, validateSchema: false, format: \'parquet\') ~> computed'
      ]
    }
  }
  dependsOn: [
    staging
    results
  ]
}

resource daily 'Microsoft.DataFactory/factories/pipelines@2018-06-01' = {
  parent: factory
  name: 'daily'
  properties: {
    activities: [
      {
        name: 'Watermark'
        type: 'Lookup'
        dependsOn: []
        policy: {
          timeout: '0.00:10:00'
          retry: 2
          retryIntervalInSeconds: 60
          secureInput: false
          secureOutput: false
        }
        typeProperties: {
          source: {
            type: 'AzureSqlSource'
            sqlReaderQuery: 'SELECT MAX(ModifiedAt) AS Watermark FROM etl.Watermarks'
          }
          dataset: {
            referenceName: 'Watermarks'
            type: 'DatasetReference'
          }
        }
      }
      {
        name: 'CopyOrders'
        type: 'Copy'
        dependsOn: [
          {
            activity: 'Watermark'
            dependencyConditions: [
              'Succeeded'
            ]
          }
        ]
        policy: {
          timeout: '0.00:20:00'
          retry: 2
          retryIntervalInSeconds: 60
          secureInput: false
          secureOutput: false
        }
        typeProperties: {
          source: {
            type: 'AzureSqlSource'
            sqlReaderQuery: {
              value: 'SELECT * FROM dbo.Orders WHERE ModifiedAt > \'@{activity(\'Watermark\').output.firstRow.Watermark}\''
              type: 'Expression'
            }
          }
          sink: {
            type: 'ParquetSink'
          }
        }
        inputs: [
          {
            referenceName: 'Orders'
            type: 'DatasetReference'
          }
        ]
        outputs: [
          {
            referenceName: 'Staging'
            type: 'DatasetReference'
          }
        ]
      }
      {
        name: 'CopyReviews'
        type: 'Copy'
        dependsOn: []
        policy: {
          timeout: '0.00:20:00'
          retry: 2
          retryIntervalInSeconds: 60
          secureInput: false
          secureOutput: false
        }
        typeProperties: {
          source: {
            type: 'CosmosDbSqlApiSource'
          }
          sink: {
            type: 'ParquetSink'
          }
        }
        inputs: [
          {
            referenceName: 'Reviews'
            type: 'DatasetReference'
          }
        ]
        outputs: [
          {
            referenceName: 'Staging'
            type: 'DatasetReference'
          }
        ]
      }
      {
        name: 'CopyMediaMetadata'
        type: 'Copy'
        dependsOn: []
        policy: {
          timeout: '0.00:20:00'
          retry: 2
          retryIntervalInSeconds: 60
          secureInput: false
          secureOutput: false
        }
        typeProperties: {
          source: {
            type: 'JsonSource'
          }
          sink: {
            type: 'ParquetSink'
          }
        }
        inputs: [
          {
            referenceName: 'MediaMetadata'
            type: 'DatasetReference'
          }
        ]
        outputs: [
          {
            referenceName: 'Staging'
            type: 'DatasetReference'
          }
        ]
      }
      {
        name: 'Transform'
        type: 'ExecuteDataFlow'
        dependsOn: [
          {
            activity: 'CopyOrders'
            dependencyConditions: [
              'Succeeded'
            ]
          }
          {
            activity: 'CopyReviews'
            dependencyConditions: [
              'Succeeded'
            ]
          }
          {
            activity: 'CopyMediaMetadata'
            dependencyConditions: [
              'Succeeded'
            ]
          }
        ]
        policy: {
          timeout: '0.00:30:00'
          retry: 2
          retryIntervalInSeconds: 60
          secureInput: false
          secureOutput: false
        }
        typeProperties: {
          dataflow: {
            referenceName: 'Reports'
            type: 'DataFlowReference'
          }
          compute: {
            coreCount: 16
            computeType: 'General'
          }
        }
      }
      {
        name: 'Load'
        type: 'Copy'
        dependsOn: [
          {
            activity: 'Transform'
            dependencyConditions: [
              'Succeeded'
            ]
          }
        ]
        policy: {
          timeout: '0.00:20:00'
          retry: 2
          retryIntervalInSeconds: 60
          secureInput: false
          secureOutput: false
        }
        typeProperties: {
          source: {
            type: 'ParquetSource'
          }
          sink: {
            type: 'ParquetSink'
          }
        }
        inputs: [
          {
            referenceName: 'Results'
            type: 'DatasetReference'
          }
        ]
        outputs: [
          {
            referenceName: 'Curated'
            type: 'DatasetReference'
          }
        ]
      }
      {
        name: 'ArchiveOrders'
        type: 'Copy'
        dependsOn: [
          {
            activity: 'CopyOrders'
            dependencyConditions: [
              'Succeeded'
            ]
          }
        ]
        policy: {
          timeout: '0.00:20:00'
          retry: 2
          retryIntervalInSeconds: 60
          secureInput: false
          secureOutput: false
        }
        typeProperties: {
          source: {
            type: 'ParquetSource'
          }
          sink: {
            type: 'ParquetSink'
          }
        }
        inputs: [
          {
            referenceName: 'Staging'
            type: 'DatasetReference'
          }
        ]
        outputs: [
          {
            referenceName: 'Records'
            type: 'DatasetReference'
          }
        ]
      }
    ]
  }
  dependsOn: [
    ordersTable
    watermarks
    reviewsSet
    mediaMetadata
    staging
    results
    curated
    records
    reports
  ]
}

resource train 'Microsoft.DataFactory/factories/pipelines@2018-06-01' = {
  parent: factory
  name: 'train'
  properties: {
    activities: [
      {
        name: 'TrainModel'
        type: 'AzureMLExecutePipeline'
        dependsOn: []
        policy: {
          timeout: '0.01:00:00'
          retry: 2
          retryIntervalInSeconds: 60
          secureInput: false
          secureOutput: false
        }
        typeProperties: {
          mlPipelineId: '00000000-0000-0000-0000-000000000000'
        }
        linkedServiceName: {
          referenceName: 'MachineLearning'
          type: 'LinkedServiceReference'
        }
      }
    ]
  }
  dependsOn: [
    learningService
  ]
}

resource nightly 'Microsoft.DataFactory/factories/triggers@2018-06-01' = {
  parent: factory
  name: 'nightly'
  properties: {
    type: 'ScheduleTrigger'
    runtimeState: 'Started'
    typeProperties: {
      recurrence: {
        frequency: 'Day'
        interval: 1
        startTime: '2026-01-01T01:00:00'
        timeZone: 'W. Europe Standard Time'
        schedule: {
          hours: [
            1
          ]
          minutes: [
            0
          ]
        }
      }
    }
    pipelines: [
      {
        pipelineReference: {
          referenceName: 'daily'
          type: 'PipelineReference'
        }
      }
      {
        pipelineReference: {
          referenceName: 'train'
          type: 'PipelineReference'
        }
      }
    ]
  }
  dependsOn: [
    daily
    train
  ]
}

resource lake 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: 'st${replace(namePrefix, '-', '')}lake'
  location: location
  tags: tags
  sku: {
    name: 'Standard_ZRS'
  }
  kind: 'StorageV2'
  properties: {
    isHnsEnabled: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    publicNetworkAccess: 'Enabled'
    networkAcls: {
      defaultAction: 'Deny'
      bypass: 'AzureServices'
    }
  }
}

resource lakeBlobs 'Microsoft.Storage/storageAccounts/blobServices@2023-05-01' = {
  parent: lake
  name: 'default'
  properties: {
    deleteRetentionPolicy: {
      enabled: true
      days: 14
    }
    containerDeleteRetentionPolicy: {
      enabled: true
      days: 14
    }
  }
}

resource lakeAccessLog 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'access'
  scope: lakeBlobs
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        categoryGroup: 'audit'
        enabled: true
      }
    ]
  }
}

resource lakeLock 'Microsoft.Authorization/locks@2020-05-01' = {
  name: 'lake'
  scope: lake
  properties: {
    level: 'CanNotDelete'
    notes: 'Results and their history'
  }
}

resource mediaAccount 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: mediaAccountName
}

resource archiveAccount 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: archiveAccountName
}

resource lakeRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(lake.id, factory.id, blobDataContributor)
  scope: lake
  properties: {
    principalId: factory.identity.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataContributor)
  }
}

resource mediaRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(mediaAccount.id, factory.id, blobDataReader)
  scope: mediaAccount
  properties: {
    principalId: factory.identity.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataReader)
  }
}

resource archiveRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(archiveAccount.id, factory.id, blobDataContributor)
  scope: archiveAccount
  properties: {
    principalId: factory.identity.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataContributor)
  }
}

resource synapse 'Microsoft.Synapse/workspaces@2021-06-01' = {
  name: 'syn-${namePrefix}'
  location: location
  tags: tags
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    defaultDataLakeStorage: {
      accountUrl: lake.properties.primaryEndpoints.dfs
      filesystem: 'synapse'
    }
    managedVirtualNetwork: 'default'
    managedVirtualNetworkSettings: {
      preventDataExfiltration: true
    }
    publicNetworkAccess: 'Disabled'
    azureADOnlyAuthentication: true
    trustedServiceBypassEnabled: true
  }
}

resource synapseAuditing 'Microsoft.Synapse/workspaces/auditingSettings@2021-06-01' = {
  parent: synapse
  name: 'default'
  properties: {
    state: 'Enabled'
    isAzureMonitorTargetEnabled: true
  }
}

resource synapseAuditLog 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'audit'
  scope: synapse
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

resource operators 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${namePrefix}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'operators'
    enabled: true
    emailReceivers: [
      {
        name: 'operators'
        emailAddress: operatorEmail
        useCommonAlertSchema: true
      }
    ]
  }
}

resource failedRuns 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'failed-runs-${namePrefix}'
  location: 'global'
  tags: tags
  properties: {
    severity: 1
    enabled: true
    scopes: [
      factory.id
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'failed'
          criterionType: 'StaticThresholdCriterion'
          metricName: 'PipelineFailedRuns'
          metricNamespace: 'Microsoft.DataFactory/factories'
          operator: 'GreaterThan'
          threshold: 0
          timeAggregation: 'Total'
        }
      ]
    }
    actions: [
      {
        actionGroupId: operators.id
      }
    ]
  }
}

output factoryName string = 'adf-${namePrefix}-reporting'
