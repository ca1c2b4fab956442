module rounds-sdk

go 1.24
