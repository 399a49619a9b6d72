// ---------------------------------------------------------------- settings board: controls and nothing else

function render(context) {
  const board = openBoard(context, "settings");
  board.paint = () => {};
  return board.open();
}

export default { render };
