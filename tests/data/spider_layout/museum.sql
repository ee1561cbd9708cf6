CREATE TABLE room (room_id INTEGER PRIMARY KEY, floor INTEGER);
CREATE TABLE piece (piece_id INTEGER PRIMARY KEY, room_id INTEGER REFERENCES room (room_id), title TEXT);
