"""What is heard of messages after they were handed over (受信確認): notices of AWS, returned mail, taps in LINE."""
