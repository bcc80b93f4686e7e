"""Safety confirmation (安否確認) on screen: rules for automatic broadcasts, telegrams received."""
