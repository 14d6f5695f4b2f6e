"""Alarms that know whether somebody took them, and questions that are answered by SMS."""
