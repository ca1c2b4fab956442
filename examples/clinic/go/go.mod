module clinic

go 1.24

require rounds-sdk v0.1.0

replace rounds-sdk => ../../../sdk/go
