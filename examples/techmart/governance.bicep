targetScope = 'subscription'

resource immutable 'Microsoft.Authorization/policyDefinitions@2023-04-01' = {
  name: 'techmart-archive-immutability'
  properties: {
    displayName: 'Archive storage is immutable'
    policyType: 'Custom'
    mode: 'All'
    policyRule: {
      if: {
        allOf: [
          {
            field: 'type'
            equals: 'Microsoft.Storage/storageAccounts'
          }
          {
            field: 'tags.component'
            equals: 'archive'
          }
          {
            field: 'Microsoft.Storage/storageAccounts/immutableStorageWithVersioning.enabled'
            notEquals: true
          }
        ]
      }
      then: {
        effect: 'Deny'
      }
    }
  }
}

resource defender 'Microsoft.Security/pricings@2024-01-01' = {
  name: 'SqlServers'
  properties: {
    pricingTier: 'Standard'
  }
}
