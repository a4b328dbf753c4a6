"""Parts of tools/judge_detector.py: run an ONNX detector on tiles and match it with our labels."""
