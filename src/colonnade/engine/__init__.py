"""Where rows live and are asked: the port, the SQL compiler, and the engines that stand behind the port."""
